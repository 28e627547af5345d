// want: timeout
// a proxy that answers every key with itself
export default () => { const p = new Proxy({}, { get: () => p, has: () => true }); let q = p; for (;;) { q = q.a; } };
