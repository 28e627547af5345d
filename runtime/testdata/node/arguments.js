function tr(f) { try { return f(); } catch (e) { return e.name + ':' + (e instanceof SyntaxError ? '' : e.message); } }
async function main() {
  const out = {};
  out.nested = (function () { return () => () => arguments[1]; })(1, 2)()();
  out.async = await (function () { return (async () => { await 1; return arguments.length; })(); })(1, 2, 3);
  out.gen = [...(function* () { yield (() => arguments[0])(); yield arguments[1]; })(5, 6)];
  out.method = ({ m() { return [1].map(() => arguments[0])[0]; } }).m('x');
  out.getset = (() => { let got; const o = { set v(x) { got = (() => arguments.length)(); } }; o.v = 9; return got; })();
  class A { constructor() { this.n = [0, 1].map((i) => arguments[i]); } static s() { return (() => [...arguments])(); } }
  class B extends A { constructor(...r) { super(...r); this.k = (() => arguments.length)(); } }
  out.cls = [new A(1, 2).n, new B(7, 8).k, A.s(4, 5)];
  out.mapped = (function (a) { const f = () => { arguments[0] = 9; }; f(); return a; })(1);
  out.mapped2 = (function (a) { const f = () => arguments[0]; a = 4; return f(); })(1);
  out.strictUnmapped = (function (a) { 'use strict'; const f = () => arguments[0]; a = 4; return f(); })(1);
  out.defaults = (function (a, g = () => arguments.length) { return [g(), g.name, g.length]; })(1);
  out.defaults2 = (function (a = (() => arguments[1])(), b = 3) { return a; })(undefined, 8);
  out.param = (function (arguments) { return (() => arguments)(); })('p');
  out.var = (function () { var arguments = 3; return (() => arguments)(); })(1);
  out.let = (function () { { let arguments = 4; return (() => arguments)(); } })(1);
  out.spread = (function () { return Math.max(...[1].flatMap(() => [...arguments])); })(3, 9, 2);
  out.typeof = (function () { return (() => typeof arguments)(); })();
  out.rest = (function (...args) { return (() => [args, arguments.length])(); })(1, 2);
  out.destr = (function ({ a }, [b]) { return (() => [a, b, arguments.length])(); })({ a: 1 }, [2]);
  out.callee = (function f() { return (() => arguments.callee === f)(); })();
  out.inner = (function () { return (() => (function () { return (() => arguments[0])(); })('in') + arguments[0])(); })('out');
  out.apply = (function () { const f = () => Math.max.apply(null, arguments); return f(); })(1, 5);
  out.trycatch = (function () { try { throw 1; } catch (e) { return (() => arguments[0] + e)(); } })(41);
  out.loop = (function () { const r = []; for (let i = 0; i < arguments.length; i++) r.push(() => arguments[i]); return r.map((f) => f()); })('a', 'b');
  out.length = (function (a, b) { return () => arguments; }).length;
  out.str = (function (a) { return () => arguments; }).toString();
  out.deflt = (function (a, { b = () => arguments[0] } = {}) { return b(); })('z');
  out.evalArrow = tr(() => (function () { return (() => arguments.length + eval('1'))(); })(1, 2));
  return out;
}
