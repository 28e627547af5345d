// want: timeout | limit memory
// a native sort of fifty million numbers
export default () => { const a = new Float64Array(5e7); for (let i = 0; i < 1e6; i++) a[i] = -i; return a.sort()[0]; };
