export default () => {
  const t = (f) => { try { f(); return 'silent'; } catch (e) { return e.name; } };
  return [t(() => { Object.freeze([1]).push(2); }), t(() => { Object.freeze({ a: 1 }).a = 2; }), t(() => { undeclared = 1; }), t(() => { delete Object.prototype; }),
    (function () { return this === undefined; })(), (function (a) { a = 2; return arguments[0]; })(1), t(() => { ({ get x() { return 1; } }).x = 2; }), t(() => { 'abc'.length = 1; }), t(() => { NaN = 1; }), t(() => { (function f() { f = 1; })(); })];
};
