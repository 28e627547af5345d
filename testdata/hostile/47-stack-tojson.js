// want: limit stack | script
// recursion through toJSON
const o = { toJSON() { return JSON.stringify(o); } };
export default () => o;
