// want: timeout
// a thenable that spins when awaited
export default async () => { await { then() { for (;;) {} } }; return 1; };
