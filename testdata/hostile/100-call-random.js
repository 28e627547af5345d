// want: limit memory | timeout
// random bytes without end
export default () => { const kept = []; for (;;) kept.push(crypto.getRandomValues(new Uint8Array(65536))); };
