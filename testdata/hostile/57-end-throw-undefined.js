// want: script
// throws nothing
export default () => { throw undefined; };
