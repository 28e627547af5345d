function main() {
  const out = [];
  const t = (f) => { try { out.push(JSON.stringify(f())); } catch (e) { out.push(e.name); } };
  for (const s of ['', 'a', 'é', '€', '😀', '\uD800', 'a\uDC00b']) t(() => Array.from(new TextEncoder().encode(s)));
  for (const b of [[], [65], [0xEF, 0xBB, 0xBF, 65], [0xFF], [0xC2], [0xE2, 0x82], [0xE2, 0x82, 65], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0xF0, 0x80, 0x80, 0x80]]) {
    const bytes = new Uint8Array(b);
    t(() => new TextDecoder().decode(bytes)); t(() => new TextDecoder('UTF-8', { fatal: true }).decode(bytes)); t(() => new TextDecoder('utf8', { ignoreBOM: true }).decode(bytes)); t(() => new TextDecoder().decode(bytes.buffer));
  }
  t(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xE2]), { stream: true }), d.decode(new Uint8Array([0x82]), { stream: true }), d.decode(new Uint8Array([0xAC])), d.decode()]; });
  t(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xE2]), { stream: true }), d.decode()]; });
  t(() => new TextEncoder().encodeInto('a€b', new Uint8Array(3)));
  for (const s of ['', 'a', 'ab', 'abc', '\u00ff', '€', null, undefined]) t(() => btoa(s));
  for (const s of ['', 'YQ==', 'YQ', 'YWI=', ' Y W I = ', 'Y', 'YQ=', '=', 'Y===', 'Y*', '/+8=', '____', null]) t(() => atob(s));
  return out;
}
if (typeof process !== 'undefined' && process.argv) console.log(JSON.stringify(main(), null, 1));
