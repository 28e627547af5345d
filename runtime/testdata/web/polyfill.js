async function main() {
  const out = [];
  const show = (v) => (typeof v === 'bigint' ? v + 'n' : typeof v === 'string' ? v : v === undefined ? 'undefined' : v instanceof Map ? 'Map ' + JSON.stringify([...v]) : JSON.stringify(v));
  const t = async (f) => { try { out.push(show(await f())); } catch (e) { out.push('throws ' + e.name); } };
  // groupBy
  await t(() => Object.groupBy([1, 2, 3], (x, i) => (x % 2 ? 'odd' : 'even') + (i > 1)));
  await t(() => Object.getPrototypeOf(Object.groupBy([], () => 1)));
  await t(() => Object.groupBy('aba', (x) => x));
  await t(() => Object.groupBy([{ a: 1 }], 'a'));
  await t(() => Object.groupBy(null, () => 1));
  await t(() => Object.groupBy(['__proto__'], (x) => x)['__proto__'].length);
  await t(() => Map.groupBy([1, 2, 3], (x) => x > 1));
  await t(() => Map.groupBy([NaN, NaN, 0, -0], (x) => x).size);
  // Promise
  await t(async () => { const { promise, resolve } = Promise.withResolvers(); resolve(5); return promise; });
  await t(async () => { const { promise, reject } = Promise.withResolvers(); reject(new RangeError()); return promise; });
  await t(() => Promise.try((a, b) => a + b, 1, 2));
  await t(() => Promise.try(() => { throw new RangeError(); }));
  await t(() => Promise.try(async () => 'async'));
  await t(() => { class P extends Promise {} return Promise.try.call(P, () => 1) instanceof P; });
  // Array.fromAsync
  await t(() => Array.fromAsync([1, Promise.resolve(2)]));
  await t(() => Array.fromAsync([1, 2], async (x, i) => x * 10 + i));
  await t(() => Array.fromAsync({ length: 2, 0: 'a', 1: Promise.resolve('b') }));
  await t(() => Array.fromAsync(new Set([1, 1, 2])));
  await t(() => Array.fromAsync((async function* () { yield 1; yield 2; })(), (x) => x + 1));
  await t(() => Array.fromAsync(null));
  await t(() => Array.fromAsync([1], 5));
  await t(async () => { let closed = false; const it = { [Symbol.asyncIterator]() { return { next: async () => ({ value: 1, done: false }), return: async () => { closed = true; return {}; } }; } }; try { await Array.fromAsync(it, () => { throw new RangeError(); }); } catch (e) { return [e.name, closed]; } });
  // strings
  await t(() => ['ab', 'a\uD800', '\uDC00b', '\u{1F600}', ''].map((s) => [s.isWellFormed(), s.toWellFormed()]));
  await t(() => [String.prototype.isWellFormed.call(5), String.prototype.toWellFormed.call(12)]);
  // Error.captureStackTrace
  await t(() => { const o = {}; Error.captureStackTrace(o); return [typeof o.stack, Object.keys(o), o.stack.split('\n')[0]]; });
  await t(() => { class E extends Error { constructor(m) { super(m); Error.captureStackTrace(this, E); } } return new E('m').stack.split('\n')[0]; });
  await t(() => Error.captureStackTrace(1));
  // RegExp.escape
  await t(() => ['a.b', '1a', '(x)', 'a-b', ' ', '\n', '\u2028', 'é', '/'].map((s) => RegExp.escape(s)));
  await t(() => new RegExp('^' + RegExp.escape('a.*[b]\\{c}-d\n') + '$').test('a.*[b]\\{c}-d\n'));
  await t(() => RegExp.escape(5));
  // typed arrays from strings
  await t(() => Array.from(Uint8Array.from('12')));
  await t(() => Array.from(Uint8Array.from(atob('AP8='), (c) => c.charCodeAt(0))));
  await t(() => Array.from(Uint16Array.from({ length: 2 }, (_, i) => i + 1)));
  await t(() => Array.from(Float64Array.from(new Set([1.5, 2]))));
  // iterators
  const numbers = function* () { yield 1; yield 2; yield 3; yield 4; };
  await t(() => numbers().map((x, i) => x * 10 + i).toArray());
  await t(() => numbers().filter((x) => x % 2).toArray());
  await t(() => numbers().take(2).toArray());
  await t(() => numbers().drop(3).toArray());
  await t(() => numbers().take(Infinity).drop(0).toArray());
  await t(() => numbers().flatMap((x) => [x, x]).take(3).toArray());
  await t(() => numbers().flatMap(() => 'no').toArray());
  await t(() => [numbers().reduce((a, b) => a + b), numbers().reduce((a, b) => a + b, 10)]);
  await t(() => (function* () {})().reduce((a, b) => a));
  await t(() => [numbers().some((x) => x > 3), numbers().every((x) => x > 3), numbers().find((x) => x > 2), numbers().find((x) => x > 9)]);
  await t(() => { const seen = []; numbers().forEach((x, i) => seen.push([x, i])); return seen; });
  await t(() => new Map([[1, 'a'], [2, 'b']]).keys().map((x) => x * 2).toArray());
  await t(() => new Set([1, 2]).values().filter((x) => x > 1).toArray());
  await t(() => [5, 6].entries().map(([i, v]) => i + v).toArray());
  await t(() => 'a1b2'.matchAll(/\d/g).map((m) => m[0]).toArray());
  await t(() => numbers().take(-1));
  await t(() => numbers().take(NaN));
  await t(() => numbers().map(1));
  await t(() => { let closed = 0; const it = { __proto__: Iterator.prototype, next: () => ({ value: 1, done: false }), return: () => { closed++; return {}; } }; it.take(2).toArray(); it.some(() => true); return closed; });
  await t(() => Iterator.from({ next() { return { done: this.n > 2, value: this.n++ }; }, n: 1 }).toArray());
  await t(() => Iterator.from([7, 8]).map((x) => x + 1).toArray());
  await t(() => [numbers() instanceof Iterator, [].values() instanceof Iterator, Iterator.from({ next() {} }) instanceof Iterator]);
  await t(() => new Iterator());
  await t(() => { class Mine extends Iterator { next() { return { done: true }; } } return new Mine().map((x) => x).toArray(); });
  await t(() => Iterator.from(5));
  // symbols and what is built on them
  await t(() => [Symbol.asyncIterator, Symbol.dispose, Symbol.asyncDispose].map((s) => [typeof s, s.description]));
  await t(async () => { const got = []; for await (const x of (async function* () { yield 1; yield 2; })()) got.push(x); return got; });
  await t(() => { const log = []; { using a = { [Symbol.dispose]: () => log.push('a') }; using b = { [Symbol.dispose]: () => log.push('b') }; log.push('body'); } return log; });
  // shape of the added methods
  const shapes = [[Object, 'groupBy'], [Map, 'groupBy'], [Promise, 'try'], [Promise, 'withResolvers'], [Array, 'fromAsync'], [String.prototype, 'isWellFormed'], [RegExp, 'escape'], [Iterator.prototype, 'map'], [Iterator, 'from']];
  await t(() => shapes.map(([o, k]) => { const f = o[k]; const d = Object.getOwnPropertyDescriptor(o, k); return [f.name, f.length, d.writable, d.enumerable, d.configurable, d.value === f].join(); }));
  // a task may bring its own
  await t(() => { Object.groupBy = () => 'mine'; return [Object.groupBy(), Object.keys(Object)]; });
  await t(() => { const mine = Object.create(Array.prototype); mine.toLocaleString = () => 'own'; return [mine.toLocaleString(), Object.keys(mine), [1234.5].toLocaleString()]; });
  return out;
}
