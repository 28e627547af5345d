// want: timeout | limit memory | script
// a function with a million parameters
export default () => new Function(Array.from({ length: 1e6 }, (_, i) => `p${i}`).join(), 'return p0')(1);
