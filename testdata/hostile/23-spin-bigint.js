// want: timeout | limit memory
// numbers that double their length for ever
export default () => { let n = 3n; for (;;) { n *= n; } };
