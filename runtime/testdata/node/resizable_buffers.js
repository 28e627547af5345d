const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const b = new ArrayBuffer(4, { maxByteLength: 8 }); b.resize(8); return [b.byteLength, b.resizable, b.maxByteLength, b instanceof ArrayBuffer, b.constructor === ArrayBuffer, Object.prototype.toString.call(b), b.slice(2).byteLength]; },
  async () => { const b = new ArrayBuffer(8, { maxByteLength: 16 }); const u = new Uint8Array(b, 0, 4); u.set([1, 2, 3, 4]); b.resize(4); b.resize(16); return [[...new Uint8Array(b, 0, 6)], b.byteLength, u.length]; },
  async () => { const r = []; for (const f of [() => new ArrayBuffer(9, { maxByteLength: 8 }), () => new ArrayBuffer(4, { maxByteLength: 8 }).resize(9), () => new ArrayBuffer(4).resize(2), () => new ArrayBuffer(-1, { maxByteLength: 8 })]) try { f(); r.push('ok'); } catch (e) { r.push(e.name); } return r; },
  async () => ([new ArrayBuffer(8).resizable, new ArrayBuffer(8).maxByteLength, new Uint8Array([1, 2]).buffer.resizable, new Uint8Array(3) instanceof Uint8Array, new Uint8Array(3).constructor === Uint8Array, Uint8Array.from([1]).length, ArrayBuffer.isView(new DataView(new ArrayBuffer(2))), typeof ArrayBuffer.prototype.resize]),
  async () => { const b = new ArrayBuffer(4, { maxByteLength: 8 }); const u = new Uint8Array(b), w = new Uint16Array(b, 2), d = new DataView(b); const r = [u.length, w.length, d.byteLength]; b.resize(8); u[7] = 9; r.push(u.length, w.length, d.byteLength, [...u], d.getUint8(7), u.byteLength, u.at(-1)); b.resize(2); r.push(u.length, w.length, u[5], [...u]); b.resize(8); r.push([...u]); return r; },
  async () => { const b = new ArrayBuffer(8, { maxByteLength: 8 }); const f = new Uint8Array(b, 2, 4); b.resize(5); const r = [f.length, f.byteLength, f[0]]; b.resize(8); r.push(f.length); return r; },
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
