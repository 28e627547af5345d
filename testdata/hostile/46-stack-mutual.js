// want: limit stack
// recursion through a getter and toString
const o = { get a() { return String(o); }, toString() { return o.a; } };
export default () => o.a;
