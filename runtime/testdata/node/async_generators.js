async function* pages(n) { try { for (let i = 0; i < n; i++) yield i; } finally { log.push('closed'); } }
const log = [];
class P { #x = 2; async *[Symbol.asyncIterator]() { yield this.#x; yield* pages(2); } static async *s() { yield 's'; } }
const o = { async *m() { yield await Promise.resolve('m'); } };
const arrow = async () => { const r = []; for await (const v of pages(5)) { if (v === 2) break; r.push(v); } return r; };
async function main() {
  const all = []; for await (const v of new P()) all.push(v);
  for await (const v of P.s()) all.push(v);
  for await (const v of o.m()) all.push(v);
  for await (const v of [Promise.resolve(1), 2]) all.push(v);
  all.push(await arrow(), log, pages.name, P.s.name, o.m.name, P.name, arrow.name);
  const g = pages(3); await g.next(); all.push(await g.return('r'), await g.next());
  const h = (async function* () { try { yield 1; } catch (e) { yield 'c:' + e.message; } })(); await h.next(); all.push((await h.throw(new Error('t'))).value);
  all.push((function () { return (() => arguments.length)(); })(1, 2));
  const order = []; const slow = async function* () { order.push('s'); yield 1; order.push('e'); }; const it = slow(); const p1 = it.next(), p2 = it.next(); order.push('sync'); await p1; await p2; all.push(order);
  return all;
}
