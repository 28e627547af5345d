// want: timeout | limit memory
// one very long number as text
export default () => (3n ** 20000000n).toString().length;
