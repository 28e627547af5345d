const f1 = ({ id, tags: [t = "none"] = [] }) => [id, t];
const f2 = ([a = 1, [b = 2, ...c] = [], { d: [e = 'x,]' ] = [] } = {}] = []) => [a, b, c, e];
function f3({ a: [x = [1, 2].map((v) => v * 2), y = { k: ']' }] = [] } = {}) { return [x, y]; }
async function f4() { const { a: [v = await Promise.resolve(7)] = [] } = {}; return v; }
function* f5() { const { a: [v = yield 1] = [] } = {}; yield v; }
class C { m({ a: [{ b = 5, c: [d = 6] = [] } = {}] = [] } = {}) { return [b, d]; } }
async function main() {
  const out = [f1({ id: 1, tags: ['q'] }), f1({ id: 2 }), f2(), f2([9, [8, 7, 6]]), f3(), f3({ a: [1] }), await f4(), new C().m(), new C().m({ a: [{ b: 1 }] })];
  const it = f5(); it.next(); out.push(it.next('sent').value);
  const { p: [q = function () {}, w = class {}, s = () => 1] = [] } = {};
  out.push([q.name, w.name, s.name]);
  let m, n;
  ({ m: [m = 3] = [] } = {}); [[n = 4] = []] = []; out.push(m, n);
  for (const { z: [u = 'dflt'] = [] } of [{}, { z: ['g'] }]) out.push(u);
  for (const [k, [o = 2] = []] of Object.entries({ a: [] })) out.push(k, o);
  try { throw {}; } catch ({ x: [y = 'caught'] = [] }) { out.push(y); }
  const g = async ({ l: [h = "dd"] = [] }) => h; out.push(await g({}));
  const multi = ({
    // comment, with ] comma
    list: [first = 'a' /* , ] */, second = `t${[1, 2][1]}`, third = /[,\]]/.source] = [],
  }) => [first, second, third];
  out.push(multi({}), multi({ list: [1] }));
  return out;
}
