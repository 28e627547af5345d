// want: script
// an output whose getter throws
export default () => ({ ok: 1, get bad() { throw new TypeError('no'); } });
