const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { class A { #p = 1; static #c = 0; static count() { return ++A.#c; } get p() { return this.#p; } set p(v) { this.#p = v; } #m() { return 'm' + this.#p; } m() { return this.#m(); } static { this.init = A.count(); } static has(o) { return #p in o; } } const a = new A(); a.p = 5; return [a.p, a.m(), A.init, A.has(a), A.has({}), Object.keys(a)]; },
  async () => { class A { x = 1; ['y' + 1] = this.x + 1; static z = 3; 'quoted key' = 4; 5 = 6; fn = () => this.x; static [Symbol.hasInstance](v) { return v === 1; } } const a = new A(); return [a, A.z, a.fn(), 1 instanceof A]; },
  async () => { class A { constructor() { this.init(); } init() { this.v = 'A'; } } class B extends A { v = 'B'; init() { super.init(); this.w = this.v; } } const b = new B(); return [b.v, b.w]; },
  async () => { class A { static create() { return new this(); } who() { return this.constructor.name; } } class B extends A {} return [B.create().who(), B.name, Object.getPrototypeOf(B) === A]; },
  async () => { class E2 extends Error { constructor(m, o) { super(m, o); this.name = 'E2'; this.code = 7; } } const e = new E2('x', { cause: 'c' }); return [String(e), e.cause, e instanceof E2, e instanceof Error, Object.keys(e), e.stack.split('\n')[0], Object.prototype.toString.call(e), JSON.stringify(e)]; },
  async () => { class V extends Error {} const e = new V('m'); return [e.name, String(e), e.constructor.name, e.stack.split('\n')[0]]; },
  async () => { class V extends Error { get name() { return 'VV'; } } const e = new V('m'); return [String(e), e.stack.split('\n')[0]]; },
  async () => { class V extends Error { static { this.prototype.name = 'VVV'; } } const e = new V('m'); return [String(e), e.stack.split('\n')[0]]; },
  async () => { class St extends Array { peek() { return this.at(-1); } static get [Symbol.species]() { return Array; } } const s = St.from([1, 2]); s.push(3); return [s.peek(), s.length, s.map((x) => x) instanceof St, s instanceof Array, Array.isArray(s), s]; },
  async () => { class M2 extends Map { get(k) { return super.get(k) ?? 'def'; } } const m = new M2([['a', 1]]); return [m.get('a'), m.get('z'), m.size, m instanceof Map]; },
  async () => { const A = class Named { static n = Named.name; }; return [A.name, A.n, (class {}).name, new (class { a = 1; })().a]; },
  async () => { class P { accessor = 5; static async = 1; get = 2; set = 3; static static = 4; async() { return 'a'; } } return [new P(), P.async, P.static]; },
  async () => { const mixin = (B) => class extends B { mixed() { return 'mixed ' + super.base(); } }; class Base { base() { return 'b'; } } return new (mixin(Base))().mixed(); },
  async () => { class C { static #inst; static get() { return (C.#inst ??= new C()); } } return C.get() === C.get(); },
  async () => { class Temp { #c = 0; get f() { return this.#c * 9 / 5 + 32; } set f(v) { this.#c = (v - 32) * 5 / 9; } } const t = new Temp(); t.f = 212; return [t.f, 'f' in t, Object.getOwnPropertyDescriptor(Temp.prototype, 'f').get.name]; },
  async () => { class A { static async #load() { return 'l'; } static async go() { return await A.#load(); } *[Symbol.iterator]() { yield* [1, 2]; } } return [await A.go(), ...new A()]; },
  async () => { class A { #a = 1; eq(o) { return o.#a === this.#a; } inc() { this.#a++; this.#a += 2; this.#a **= 2; return this.#a; } lg() { this.#a ||= 3; this.#a &&= 4; this.#a ??= 5; return this.#a; } des() { [this.#a] = [9]; ({ q: this.#a } = { q: 10 }); return this.#a; } opt(o) { return o?.#a; } } const a = new A(); return [a.eq(new A()), a.inc(), a.lg(), a.des(), a.opt(null), a.opt(a)]; },
  async () => { const o = { __proto__: { hi() { return 'hi'; } }, hi() { return super.hi() + '!'; } }; return [o.hi(), Object.keys(o)]; },
  async () => { function F() { if (!new.target) return new F(); this.x = new.target === F; } return [F().x, new F().x]; },
  async () => { class A { constructor() { return { custom: 1 }; } } class B extends A { y = 2; } return new B(); },
  async () => { const o = { get a() { return 1; }, set a(v) { this._a = v; }, get [`b${1}`]() { return 2; } }; o.a = 5; return [o.a, o._a, o.b1, Object.keys(o), JSON.stringify(o), { ...o }]; },
  async () => { 'use strict'; const o = { get a() { return 1; } }; try { o.a = 2; } catch (e) { return [e.name, e.message]; } },
  async () => { const t = (s, ...v) => [s.raw, [...s], v]; return [t`a${1}b\n${2}`, ((s) => s === ((x) => x)(s))`x`, String.raw`\u00${0}`, ((s) => s)`\unicode`, Object.isFrozen(((s) => s)`q`)]; },
  async () => { const f = () => ((s) => s)`same`; return f() === f(); },
  async () => { const o = { [Symbol.toPrimitive](h) { return h; } }; return [`${o}`, o + '', +o, o * 2, [o] + '', o == 'default', new Date(o).getTime()]; },
  async () => { class Money { constructor(v) { this.v = v; } valueOf() { return this.v; } toString() { return `$${this.v}`; } toJSON() { return { money: this.v }; } get [Symbol.toStringTag]() { return 'Money'; } } const m = new Money(5); return [m + 1, `${m}`, m > 4, JSON.stringify({ m }), Object.prototype.toString.call(m), [m] + '']; },
  async () => { const o = { *[Symbol.iterator]() { yield 1; yield 2; } }; return [[...o], Math.max(...o), Array.from(o, (x) => x * 2), new Set(o).size, Object.fromEntries([['a', 1]].values()), Promise.all(o) instanceof Promise]; },
  async () => { const o = { length: 2, 0: 'a', 1: 'b', [Symbol.isConcatSpreadable]: true }; return [[1].concat(o), Array.from(o), Array.prototype.map.call(o, (x) => x + 1)]; },
  async () => ([Symbol.asyncIterator.toString(), Symbol('a').toString(), Symbol.for('x').description, Symbol().description, Object(Symbol('q')).description, typeof Object(Symbol()), Symbol.dispose === undefined, Symbol.iterator in Array.prototype]),
  async () => { const s = Symbol('s'); const o = { [s]: 1, a: 2 }; return [Object.keys(o), Reflect.ownKeys(o).length, JSON.stringify(o), s in o, Object.assign({}, o)[s], { ...o }[s]]; },
  async () => { function* g() { const a = yield 1; const b = yield a + 1; return a + b; } const i = g(); return [i.next(), i.next(10), i.next(20), i.next()]; },
  async () => { function* g() { try { yield 1; yield 2; } finally { yield 'cleanup'; } } const i = g(); i.next(); return [i.return('r'), i.next(), i.next()]; },
  async () => { function* g() { while (true) { try { yield 1; } catch (e) { yield 'caught ' + e; } } } const i = g(); i.next(); return [i.throw('x'), i.next()]; },
  async () => { function* fib() { let [a, b] = [0, 1]; for (;;) { yield a; [a, b] = [b, a + b]; } } const r = []; for (const x of fib()) { if (x > 50) break; r.push(x); } return r; },
  async () => { function* inner() { const x = yield 'i'; return x; } function* outer() { const r = yield* inner(); yield ['r', r]; } const o = outer(); o.next(); return o.next('v'); },
  async () => { function* tree(n) { if (n) { yield* tree(n.l); yield n.v; yield* tree(n.r); } } return [...tree({ v: 2, l: { v: 1 }, r: { v: 3 } })]; },
  async () => { const e = Object.entries({ a: 1, b: 2 }).values(); return [e.next(), [...e], e[Symbol.toStringTag], Object.prototype.toString.call(new Map().keys()), Object.prototype.toString.call(''[Symbol.iterator]()), Object.prototype.toString.call('a'.matchAll(/a/g))]; },
  async () => (['2024-01-15'.match(/(?<y>\d{4})-(?<m>\d\d)/).groups, '2024-01'.replace(/(?<y>\d+)-(?<m>\d+)/, '$<m>/$<y>'), 'aBc'.replace(/b/i, (m, o, s) => `[${m}${o}${s}]`), 'x1y2'.replace(/(?<l>[a-z])(?<d>\d)/g, (...a) => JSON.stringify(a.at(-1)))]),
  async () => { const r = /a/y; return [r.test('ba'), r.lastIndex, (r.lastIndex = 1, r.test('ba')), r.lastIndex, 'aab'.replace(/a/y, 'x'), 'aab'.replace(/a/gy, 'x'), 'a,b'.split(/,/y)]; },
  async () => { const r = /\d+/g; const out = []; let m; while ((m = r.exec('a1b22c333'))) out.push([m[0], m.index, r.lastIndex]); return out; },
  async () => ([...'a1b2'.matchAll(/([a-z])(\d)/g)].map((m) => [...m, m.index, m.input])),
  async () => ([/a/gimsuyd.flags, String(/\//), new RegExp('/').source, new RegExp('\n').source, new RegExp('').toString(), RegExp('a', 'g').global, /x/.lastIndex, /[/]/.source, new RegExp(/a/g, 'i').flags, RegExp.prototype.toString.call({ source: 'a', flags: 'b' }), /a/ instanceof RegExp]),
  async () => (['a-b_c d'.split(/[-_ ]/), 'camelCaseString'.replace(/([A-Z])/g, ' $1').toLowerCase(), 'snake_case_here'.replace(/_(\w)/g, (_, c) => c.toUpperCase()), '1234567.89'.replace(/\B(?=(\d{3})+(?!\d))/g, ','), '<b>x</b>'.replace(/<[^>]+>/g, ''), 'a  b   c'.split(/\s+/), 'x'.replace(/x/, '$$'), 'x'.replace('x', () => '$1'), 'abc'.replace(/(?<n>b)/, '[$<n>]$1$2$&'), 'k=v; k2=v2'.match(/\w+=\w+/g)]),
  async () => { const m = /(?<year>\d{4})(?<x>z)?/d.exec('in 2024'); return [m.indices, m.indices.groups, m.groups, m.index]; },
  async () => { const a = [1, 2, 3]; a.length = 1; a[3] = 4; delete a[0]; return [a, a.length, Object.keys(a), 0 in a, a.findIndex((x) => x === undefined), a.map((x) => 1), a.forEach.length]; },
  async () => { const a = [{ n: 'b', v: 1 }, { n: 'a', v: 1 }, { n: 'c', v: 0 }]; return a.sort((x, y) => x.v - y.v).map((x) => x.n); },
  async () => ([Array.isArray(new Proxy([], {})), [1, 2, 3].keys().next(), Array.from(new Map([[1, 2]])), Array.from('😀a'), [..."👍🏽"].length, Array.prototype.concat.length, [].every(() => false), [].some(() => true), Math.max(), Math.min(), [1, 2] == '1,2', [[]] == 0, [10, 9, 1].toString()]),
  async () => { const u = new Uint8Array([5, 300, -1]); const f = Float32Array.of(1.1, 2); return [[...u], [...f], u.toString(), u.join('-'), [...u.map((x) => x * 2)], [...u.subarray(1)], u.slice(1).length, u.buffer.byteLength, u.BYTES_PER_ELEMENT, [...u.entries()], u.at(-1), [...u.toSorted()], [...u.with(0, 1)], u.findLast((x) => x > 5), [...u.toReversed()], [...new Uint8ClampedArray([1.5, 2.5, 300])], JSON.stringify(u), u.indexOf(44), [...new Int8Array([200])], [...new Uint16Array(new Uint8Array([1, 2, 3, 4]).buffer)], Object.prototype.toString.call(u), [...u.fill(1, 1, 2)], u.set([9], 1), [...u], u[10], '1' in u, Uint8Array.from({ length: 2 }, (_, i) => i + 1).length] },
  async () => { const d = new DataView(new ArrayBuffer(16)); d.setFloat64(0, Math.PI); d.setInt16(8, -2, true); d.setBigUint64(8, 2n ** 63n); d.setUint32(4, 0xdeadbeef); return [d.getFloat64(0), d.getUint8(0), d.getBigInt64(8), d.getUint32(4, true), d.byteLength, d.getFloat32(0)]; },
  async () => { const b = new ArrayBuffer(8); return [b.slice(2).byteLength, ArrayBuffer.isView(new DataView(b)), b instanceof ArrayBuffer, b.resizable, b.maxByteLength, Object.prototype.toString.call(b), new BigInt64Array([1n, -1n]).map((x) => x * 2n).join(), new Float64Array(2).fill(0.5).join(), b.transfer === undefined]; },
];
export default async () => {
  const out = [];
  for (const program of programs) {
    try {
      out.push(show(await program()));
    } catch (e) {
      out.push(e.name);
    }
  }
  return out;
};
