const show = (v) => JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? x + 'n' : x === undefined ? '<undefined>' : typeof x === 'number' && !Number.isFinite(x) ? '<' + x + '>' : Object.is(x, -0) ? '<-0>' : typeof x === 'symbol' ? x.toString() : typeof x === 'function' ? '<function>' : x));
const programs = [
  async () => { const k = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['encrypt', 'decrypt']); const iv = new Uint8Array(12); const c = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: new Uint8Array(3) }, k, new TextEncoder().encode('hello')); const p = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: new Uint8Array(3) }, k, c); const r = [Buffer.from(c).toString('hex'), new TextDecoder().decode(p), k.algorithm, k.usages, k.type, k.extractable]; try { await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, k, c); } catch (e) { r.push(e.name); } return r; },
  async () => { const k = await crypto.subtle.importKey('raw', new TextEncoder().encode('pw'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const alg = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations: 1000 }; const b = await crypto.subtle.deriveBits(alg, k, 256); const d = await crypto.subtle.deriveKey(alg, k, { name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']); return [Buffer.from(b).toString('hex'), Buffer.from(await crypto.subtle.exportKey('raw', d)).toString('hex'), d.algorithm]; },
  async () => { const k = await crypto.subtle.importKey('raw', new TextEncoder().encode('ikm'), 'HKDF', false, ['deriveBits']); return Buffer.from(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-512', salt: new Uint8Array(4), info: new TextEncoder().encode('i') }, k, 512)).toString('hex'); },
  async () => { const k = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']); const r = [k.algorithm, (await crypto.subtle.exportKey('raw', k)).byteLength]; for (const f of [() => crypto.subtle.importKey('raw', new Uint8Array(5), 'AES-GCM', true, ['encrypt']), () => crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', true, ['sign']), () => crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, k, new Uint8Array(32))]) try { await f(); r.push('ok'); } catch (e) { r.push(e.name); } return r; },
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
