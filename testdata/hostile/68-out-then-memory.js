// want: limit memory
// a thenable that fills the memory
export default () => ({ then() { const all = []; for (;;) all.push(new Uint8Array(1 << 20)); } });
