function main() {
  const t = (f) => { try { return f(); } catch (e) { return e.name + ': ' + e.message; } };
  const out = [];
  for (const s of ['1e400', '-1e400', '1e-400', '"\\ud800"', '{"\\ud800":"\\udc00\\ud800"}', '["\\ud83d\\ude00", 1e999]', '{"a":[1,2,{"b":1e400}],"__proto__":1e400}', '0.1e1000', '12345678901234567890123', '1e308', ' [ ] ', '{}', '"a\\/b\\u0041"', '-0'])
    out.push(t(() => { const v = JSON.parse(s); return [JSON.stringify(v), typeof v, String(v), v && typeof v === 'object' ? Object.keys(v).map((k) => [k.length, k.charCodeAt(0)]) : 0]; }));
  for (const s of ['', '{', '[1,]', '{a:1}', '{"a":1,}', 'abc', '[object Object]', '"a', '{"a" 1}', '01', '1x', '-', '1.', '1e', '"\\x"', 'undefined', '{"a":1 "b"}', '[1 2]', '"\n"', '{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": bbbbbbbbbbbbbbbbbbbbbbbb}', 'nul', "'a'", '<html><body>hello world hello</body></html>', '{"a":tru}', '[', '{"a":', '1e400x'])
    out.push(t(() => JSON.parse(s)));
  out.push(JSON.parse('{"a":1e400,"b":[1,2]}', (k, v) => (v === Infinity ? 'inf' : Array.isArray(v) ? v.length : v)), JSON.parse('[1e400,1]', function (k, v) { return k === '0' ? undefined : v; }));
  out.push(JSON.parse.length, JSON.parse.name, t(() => JSON.parse(undefined)), t(() => JSON.parse(null)), JSON.parse({ toString: () => '[1]' }), t(() => JSON.parse(Symbol())));
  out.push([parseInt('123456789012345678901234567890'), parseInt('0x1fffffffffffff1', 16), parseInt('  -42px'), parseInt('11', 2), parseInt('zz', 36), parseInt(''), parseInt('0x'), parseInt('12', 1), parseInt('12', 37), parseInt('9'.repeat(25)), parseInt(null, 36), parseInt('1e3'), parseInt(1e21), parseInt('-0'), parseInt('\u00a0\ufeff7'), parseInt('７'), Number.parseInt === parseInt, parseInt.length].map(String));
  const nums = [123456789012345680000, 0.1, 255, -255.5, 1e21, 0.5, 1 / 3, 1e-7, Math.PI, 2 ** 53, 1e300, 5e-324, 0, -0, NaN, Infinity, 123.456];
  for (const r of [2, 3, 16, 36, 7, 10]) out.push(nums.map((n) => n.toString(r).slice(0, 120)));
  out.push(t(() => (1).toString(1)), t(() => (1).toString(37)), (255).toString('16'), (255).toString(undefined), Number.prototype.toString.length, (10n).toString(2), new Number(255).toString(16));
  out.push([typeof new Date(0).getYear(), new Date(0).getYear(), new Date(0).toGMTString(), Date.prototype.toGMTString === Date.prototype.toUTCString, new Date(0).setYear(99)]);
  const o = {}; o.__defineGetter__('x', () => 7); o.__defineSetter__('x', function (v) { this.y = v; }); o.x = 3; out.push([o.x, o.y, typeof o.__lookupGetter__('x'), typeof o.__lookupSetter__('x'), o.__lookupGetter__('nope') === undefined, typeof ({ get a() { return 1; } }).__lookupGetter__('a')]);
  out.push('a"b'.anchor('q"r'), 'x'.bold(), 'l'.link('u'), 's'.sub(), 'f'.fontcolor('red'), t(() => String.prototype.big.call(null)));
  out.push([typeof Object.getOwnPropertyDescriptor(String.prototype, 'localeCompare').value, typeof Object.getOwnPropertyDescriptors(Number.prototype).toLocaleString.value, typeof Reflect.getOwnPropertyDescriptor(Date.prototype, 'toLocaleString').value]);
  out.push([''.localeCompare.length, (0).toLocaleString.length, new Date().toLocaleDateString.length, [].toLocaleString.length, ''.toLocaleUpperCase.length, ''.isWellFormed.length, t(() => String.prototype.isWellFormed.call(null)).split(':')[0], Error.captureStackTrace.length]);
  const AF = (async () => {}).constructor, GF = (function* () {}).constructor; out.push([Object.getPrototypeOf(AF) === Function, Object.getPrototypeOf(GF) === Function, AF.name, GF.name]);
  const w = new WeakRef(o); out.push([typeof w.deref(), w.deref() === o, String(w), typeof new FinalizationRegistry(() => {}).register, t(() => new WeakRef(1)).split(':')[0], new FinalizationRegistry(() => {}).unregister({}), new FinalizationRegistry(() => {}).register({}, 1) === undefined]);
  out.push([t(() => btoa('\u{1F600}')).split(':')[0], (() => { try { btoa('\u{1F600}'); } catch (e) { return [e.code, DOMException.ABORT_ERR, e.DATA_CLONE_ERR]; } })(), new CustomEvent('x', { detail: 5 }).detail, new CustomEvent('x').detail]);
  return out;
}
