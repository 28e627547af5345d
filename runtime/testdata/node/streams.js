const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const l = []; const s = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); }, pull(c) { l.push('pull'); c.enqueue(3); c.close(); }, cancel(r) { l.push('cancel ' + r); } }); const r = s.getReader(); l.push(s.locked, await r.read(), await r.read(), await r.read(), await r.read(), await r.closed); return l; },
  async () => { const s = new ReadableStream({ start(c) { c.error(new Error('bad')); } }); try { await s.getReader().read(); } catch (e) { return e.message; } },
  async () => { const s = new ReadableStream({ pull(c) { c.enqueue('x'); }, cancel(r) { log.push(r); } }); const log = []; for await (const x of s) { log.push(x); if (log.length === 3) break; } return [log, s.locked]; },
  async () => { const [a, b] = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } }).tee(); const r = async (s) => { const o = []; for await (const x of s) o.push(x); return o; }; return Promise.all([r(a), r(b)]); },
  async () => { const s = ReadableStream.from ? 1 : 0; return typeof s; },
  async () => { const r = []; const ws = new WritableStream({ write() { throw new Error('w'); } }); const w = ws.getWriter(); try { await w.write(1); } catch (e) { r.push(e.message); } try { await w.closed; } catch (e) { r.push('closed ' + e.message); } return r; },
  async () => { const r = []; await new ReadableStream({ start(c) { for (let i = 0; i < 5; i++) c.enqueue(i); c.close(); } }).pipeThrough(new TransformStream({ start() { r.push('s'); }, transform(x, c) { if (x % 2) c.enqueue(x * 10); }, flush(c) { c.enqueue('end'); } })).pipeTo(new WritableStream({ write(x) { r.push(x); }, close() { r.push('closed'); } })); return r; },
  async () => { const lines = () => { let buf = ''; return new TransformStream({ transform(chunk, c) { buf += chunk; const parts = buf.split('\n'); buf = parts.pop(); for (const p of parts) c.enqueue(p); }, flush(c) { if (buf) c.enqueue(buf); } }); }; const out = []; const body = new Blob(['{"a":1}\n{"a":2}\n{"a"', ':3}']).stream(); for await (const l of body.pipeThrough(new TextDecoderStream()).pipeThrough(lines())) out.push(JSON.parse(l).a); return out; },
  async () => { const c = new AbortController(); const rs = new ReadableStream({ pull(c) { return new Promise((r) => setTimeout(r, 1)).then(() => c.enqueue(1)); } }); setTimeout(() => c.abort(), 5); try { await rs.pipeTo(new WritableStream(), { signal: c.signal }); } catch (e) { return [e.name]; } },
  async () => ([new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('{"a":')); c.enqueue(new TextEncoder().encode('1}')); c.close(); } })).json() instanceof Promise, await new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('{"a":1}')); c.close(); } })).json()]),
  async () => { const r = new Response('x'.repeat(100000)); let n = 0; for await (const c of r.body) n += c.length; return [n, r.bodyUsed, r.body.locked]; },
  async () => { const gz = async (t, f) => new Uint8Array(await new Response(new Blob([t]).stream().pipeThrough(new CompressionStream(f))).arrayBuffer()); const un = async (b, f) => new Response(new Blob([b]).stream().pipeThrough(new DecompressionStream(f))).text(); return Promise.all(['gzip', 'deflate', 'deflate-raw'].map(async (f) => (await un(await gz('é'.repeat(1000), f), f)).length)); },
  async () => { try { await new Response(new Blob([new Uint8Array([1, 2, 3])]).stream().pipeThrough(new DecompressionStream('gzip'))).text(); } catch (e) { return e instanceof Error; } },
  async () => { const w = new TransformStream(); const wr = w.writable.getWriter(); wr.write('a'); wr.write('b'); wr.close(); const o = []; for await (const x of w.readable) o.push(x); return o; },
  async () => ([String(new ReadableStream()), String(new WritableStream()), String(new TransformStream()), typeof ReadableStreamDefaultReader, new CountQueuingStrategy({ highWaterMark: 3 }).highWaterMark, new ByteLengthQueuingStrategy({ highWaterMark: 3 }).size(new Uint8Array(5))]),
  async () => { const { port1, port2 } = new MessageChannel(); return new Promise((r) => { port2.onmessage = (e) => { r([e.data, e instanceof MessageEvent, e.type]); port1.close(); }; port1.postMessage({ a: [1, new Date(0)] }); }); },
  async () => { const b = new ArrayBuffer(8); const u = new Uint8Array(b); u[0] = 7; const c = structuredClone({ u, b }, { transfer: [b] }); return [b.byteLength, c.b.byteLength, c.u[0], c.u.buffer === c.b, u.length]; },
  async () => { const s = new ReadableStream({ start(c) { c.enqueue('a'); } }); s.getReader(); try { s.getReader(); } catch (e) { return [e.name, e.message]; } },
  async () => { const s = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close(); } }, { highWaterMark: 5 }); const rd = s.getReader(); rd.releaseLock(); const rd2 = s.getReader(); const r = [(await rd2.read()).value]; await rd2.cancel('no'); r.push(await rd2.read()); return r; },
  async () => { const enc = new TextEncoderStream(); const w = enc.writable.getWriter(); w.write('h\ud83d'); w.write('\ude00'); w.close(); const out = []; for await (const c of enc.readable) out.push(...c); return out; },
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
