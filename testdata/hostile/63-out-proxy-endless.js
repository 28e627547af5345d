// want: timeout | limit memory | limit output
// an output with a million keys of a kilobyte
export default () => new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => `k${i}`), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => 'v'.repeat(1024) });
