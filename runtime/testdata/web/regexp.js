function main() {
  const out = [];
  const t = (f) => { try { out.push(String(f())); } catch (e) { out.push('throws ' + e.name + ': ' + e.message); } };
  const u = (p, s, flags = 'u') => t(() => new RegExp(p, flags).test(s));
  u('^\\p{L}+$', 'Añя漢'); u('\\p{Lu}', 'a'); u('\\P{L}', 'a'); u('[\\p{Nd}_]', '٣'); u('^\\p{Script=Greek}$', 'λ'); u('\\p{sc=Han}', '漢'); u('\\p{L}', 'p{L}', '');
  u('\\p{Nope}', 'a'); u('\\p{', 'a'); u('a', 'a', 'v'); u('a', 'a', 'd'); u('(', 'a'); u('\\p{L}', 'é', 'iu'); u('[^\\p{L}]', '1');
  // lone surrogates: a class of everything has them, one of letters has not
  u('^\\p{Any}$', '\uD800'); u('^\\P{L}$', '\uD800'); u('\\p{L}', '\uD800'); u('^\\p{Cs}$', '\uDC00'); u('^\\p{L}$', '\u{1D400}'); u('\\p{L}', '\uD835'); u('^[\\p{L}\\uD800]$', '\uD800'); t(() => /\p{L}\uD800/u.test('a\uD800'));
  t(() => new RegExp('\\p{L}\uD800', 'u').test('a\uD800')); t(() => new RegExp('\uD800', 'u').test('\uD800'));
  t(() => new RegExp('a', 'g').flags); t(() => RegExp('a').source); t(() => new RegExp(/a/gi).flags); t(() => new RegExp(/a/gi, 'm').flags); t(() => { const r = /a/; return RegExp(r) === r; }); t(() => { const r = /a/; return new RegExp(r) === r; });
  t(() => new RegExp().source); t(() => new RegExp('').test('x')); t(() => new RegExp('/').source); t(() => new RegExp(null).source);
  t(() => [RegExp.name, RegExp.length, /a/ instanceof RegExp, new RegExp('a') instanceof RegExp, /a/.constructor === RegExp, Object.getPrototypeOf(RegExp) === Function.prototype]);
  t(() => { class R extends RegExp { test(s) { return 'sub ' + super.test(s); } } const r = new R('\\p{L}', 'u'); return [r.test('é'), r instanceof R]; });
  t(() => 'aXbX'.split(new RegExp('x', 'i'))); t(() => 'éa'.replace(new RegExp('\\p{L}', 'gu'), '-')); t(() => [...'é1a'.matchAll(/\p{L}/gu)].length);
  t(() => globalThis['Reg' + 'Exp']('\\p{L}', 'u').test('é')); t(() => /x/['construct' + 'or']('\\p{L}', 'u').test('é')); t(() => new (Reflect.get(globalThis, 'RegExp'))('\\p{L}', 'u').test('é')); t(() => eval('/\\p{L}/u.test("é")'));
  t(() => new Function('return /\\p{L}/u.test("é")')()); t(() => RegExp[Symbol.species] === RegExp); t(() => Object.keys(RegExp));
  return out;
}
