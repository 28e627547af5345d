class P { static s = 'st'; m() { return 'P'; } get g() { return 'g'; } }
class C extends P {
  static t = super.s + '2';
  f = super.m() + '!';
  h = () => super.g;
  #p = super.m().length;
  p() { return this.#p; }
}
function main() {
  const c = new C();
  return [C.t, c.f, c.h(), c.p(), Object.keys(c), Object.getOwnPropertyNames(C).includes('t')];
}
