// want: limit memory | limit stack | timeout | script
// an argument list of 10^9
export default () => Math.max.apply(null, { length: 1e9 });
