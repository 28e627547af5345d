// want: timeout
// an error whose stack spins while it is turned into text
export default () => { throw new Proxy(new RangeError('x'), { get: (t, k) => (k === 'stack' ? { toString() { for (;;) {} } } : t[k]), getPrototypeOf() { for (;;) {} } }); };
