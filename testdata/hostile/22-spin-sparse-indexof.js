// want: timeout | limit memory
// a native search through a sparse array
export default () => { const a = []; a[2 ** 32 - 2] = 1; return a.indexOf(2); };
