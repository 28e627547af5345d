// want: completed | limit memory
// an output with 300,000 keys
export default () => Object.fromEntries(Array.from({ length: 300000 }, (_, i) => [`key${i}`, i]));
