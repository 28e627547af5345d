const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { function F(x) { if (!new.target) return new F(x); this.x = x; } class A { constructor() { this.f = F(1); this.g = new F(2); } } const a = new A(); return [a.f instanceof F, a.f.x, a.g.x, F(3).x, new F(4) instanceof F]; },
  async () => { class A { constructor() { this.n = new.target.name; } } class B extends A { constructor() { super(); const f = () => new.target.name; this.m = f(); } } function G() { return (() => new.target === G)(); } function H() { this.t = new.target === H; } return [new A().n, new B().n, new B().m, G(), new H().t, Reflect.construct(A, [], B).n, { m() { return new.target; } }.m()]; },
  async () => { class Shape { constructor() { if (new.target === Shape) throw new TypeError('abstract'); } } class Sq extends Shape {} try { new Shape(); } catch (e) { return [e.message, new Sq() instanceof Shape]; } },
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
