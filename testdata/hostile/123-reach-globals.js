// want: completed
// the names of other hosts
export default () => { const found = ['require', 'Deno', 'Bun', 'Go', 'os', 'Java', 'load', 'Worker', 'WebAssembly', 'XMLHttpRequest', '__host'].filter((n) => globalThis[n] !== undefined); if (found.length) throw new Error(found.join()); return 'none'; };
