const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const made = []; class A { constructor(...a) { this.a = a; } } const P = new Proxy(A, { construct(t, args, nt) { made.push(args); return Reflect.construct(t, args, nt); } }); const x = new P(1, 2), y = new P(3); return [x.a, y.a, made, x instanceof A]; },
  async () => { const h = { n: 5, construct(t, a) { return { n: this.n, a }; } }; const P = new Proxy(class {}, h); const r = new P('z'); h.n = 6; return [r, new P('y'), Proxy.length, Proxy.name, typeof Proxy.revocable]; },
  async () => { const { proxy, revoke } = Proxy.revocable({ a: 1 }, {}); const r = [proxy.a]; revoke(); try { proxy.a; } catch (e) { r.push(e.name); } return r; },
  async () => { class P { accessor = 5; static async = 1; get = 2; set = 3; static static = 4; async() { return 'a'; } } return [new P(), P.async, P.static]; },
  async () => { class P { get; set; async; static get = 1; static set; has = 2 } return [Object.keys(new P()), P.get, Object.keys(P)]; },
  async () => { const l = []; setTimeout(() => l.push(2), 9); setTimeout(() => l.push(1), 1); setTimeout(() => l.push(0)); await new Promise((r) => setTimeout(r, 20)); return l; },
  async () => { try { await Promise.any([Promise.reject(new Error('a')), Promise.reject(1)]); } catch (e) { return [e.name, e.message, e.errors.map(String), e instanceof AggregateError]; } },
  async () => { try { await Promise.any([]); } catch (e) { return [e.name, e.message, e.errors]; } },
  async () => { const e = new AggregateError([1]); return [e.message, e.errors]; },
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
