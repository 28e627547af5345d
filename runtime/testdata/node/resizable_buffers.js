const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const b = new ArrayBuffer(8, { maxByteLength: 16 }); const u = new Uint8Array(b, 0, 4); u.set([1, 2, 3, 4]); b.resize(4); b.resize(16); return [[...new Uint8Array(b, 0, 6)], b.byteLength, u.length]; },
  async () => { const r = []; for (const f of [() => new ArrayBuffer(9, { maxByteLength: 8 }), () => new ArrayBuffer(4, { maxByteLength: 8 }).resize(9), () => new ArrayBuffer(4).resize(2), () => new ArrayBuffer(-1, { maxByteLength: 8 })]) try { f(); r.push('ok'); } catch (e) { r.push(e.name); } return r; },
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
