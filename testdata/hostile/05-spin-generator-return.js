// want: timeout
// a generator that refuses to return
function* stubborn() { for (;;) { try { yield 1; } finally { while (true) {} } } }
export default () => { for (const v of stubborn()) { if (v) break; } return 1; };
