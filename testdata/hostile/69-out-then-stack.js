// want: limit stack
// a thenable that recurses
export default () => ({ then: function again(a) { again(a); } });
