function main() {
  let l = null; for (let i = 0; i < 1500; i++) l = { v: i, n: l };
  const sum = (x) => (x ? x.v + sum(x.n) : 0);
  const depth = (n) => (n === 0 ? 0 : 1 + [n - 1].map(depth)[0]);
  const fib = (n, m = {}) => (n < 2 ? n : m[n] ?? (m[n] = fib(n - 1, m) + fib(n - 2, m)));
  return [sum(l), depth(800), String(fib(1500))];
}
