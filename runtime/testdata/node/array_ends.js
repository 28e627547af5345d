const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const a = [1, 2, 3]; const r = [a.shift(), a.length, [...a], a.unshift(9, 8), [...a], a.shift(), a.push(5), [...a], a.pop(), a.unshift(), a.length, a.indexOf(3), a.slice(1), a.reverse(), a.concat([1]), a.shift(), a.shift(), a.shift(), a.shift(), a.shift(), a.length, a]; return r; },
  async () => { const a = [, 1, , 2]; return [a.shift(), a.length, 0 in a, 1 in a, a.unshift(5), a]; },
  async () => { const r = []; for (const a of [Object.freeze([1, 2]), Object.seal([1, 2]), Object.preventExtensions([1, 2])]) for (const f of ['shift', 'unshift']) try { r.push(a[f](7), [...a]); } catch (e) { r.push(e.name, [...a]); } return r; },
  async () => { const o = { 0: 'a', 1: 'b', length: 2 }; return [Array.prototype.shift.call(o), o, Array.prototype.unshift.call(o, 'z'), o]; },
  async () => { class S extends Array {} const s = S.from([1, 2, 3]); return [s.shift(), s.unshift(0), s.length, s instanceof S, [...s]]; },
  async () => { const a = [1, 2]; Object.defineProperty(a, 1, { get() { return 'g'; }, configurable: true }); return [a.shift(), a.length]; },
  async () => { const a = [1, 2, 3]; const it = a[Symbol.iterator](); it.next(); a.shift(); return [it.next().value, [...a]]; },
  async () => { const q = []; for (let i = 0; i < 500; i++) { q.unshift(i); if (i % 3 === 0) q.pop(); if (i % 5 === 0) q.push(q.shift()); if (i % 7 === 0) q.splice(1, 1); } return q; },
  async () => { const a = [1, 2, 3], b = a.slice(); a.unshift(0); b.unshift('x'); a.shift(); a.unshift('n'); return [a, b]; },
  async () => { const a = [5]; a.unshift(...Array.from({ length: 200 }, (_, i) => i)); a.length = 3; a.unshift('q'); a[10] = 1; a.shift(); return [a, a.length]; },
  async () => ([Array.prototype.shift.length, Array.prototype.unshift.length, Array.prototype.unshift.name, [].shift(), [].unshift(1)]),
  async () => { const log = []; const a = new Proxy([1, 2], { set(t, k, v) { log.push(k); t[k] = v; return true; }, deleteProperty(t, k) { log.push('del' + k); return delete t[k]; } }); a.shift(); a.unshift(3); return log; },
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
