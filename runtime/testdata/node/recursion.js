function main() {
  let l = null; for (let i = 0; i < 9000; i++) l = { v: i, n: l };
  const sum = (x) => (x ? x.v + sum(x.n) : 0);
  const depth = (n) => (n === 0 ? 0 : 1 + [n - 1].map(depth)[0]);
  const fib = (n, m = {}) => (n < 2 ? n : m[n] ?? (m[n] = fib(n - 1, m) + fib(n - 2, m)));
  const t = (f) => { try { return f(); } catch (e) { return [e.name, e.message, e instanceof RangeError]; } };
  let open = 0;
  const closing = () => { open++; try { closing(); } finally { open--; } };
  class Node { constructor() { this.child = new Node(); } }
  const even = (n) => odd(n + 1), odd = (n) => even(n + 1);
  function* tree() { yield* tree(); }
  async function later() { await later(); }
  return later().catch((e) => e.name).then((name) => [
    sum(l), depth(800), String(fib(1500)), name, t(() => { const f = () => f(); f(); }), t(closing), open, t(() => new Node()), t(() => even(0)), t(() => [...tree()]),
    t(() => { const f = (n) => [n].map((x) => f(x + 1)); f(1); }), t(() => ({ get x() { return this.x; } }).x), t(() => `${{ toString() { return `${this}`; } }}`),
    t(() => new Proxy({}, { get: (o, k, r) => r[k] }).x), t(() => { const o = { toJSON() { return JSON.stringify(o); } }; JSON.stringify(o); }), t(() => sum(l)),
  ]);
}
