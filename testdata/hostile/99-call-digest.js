// want: timeout
// digests without end
export default async () => { const d = new Uint8Array(3e7); for (;;) await crypto.subtle.digest('SHA-512', d); };
