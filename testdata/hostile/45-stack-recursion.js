// want: limit stack
// plain recursion
const f = () => f() + 1;
export default () => f();
