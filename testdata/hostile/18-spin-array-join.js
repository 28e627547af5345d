// want: timeout | limit memory
// a native that joins 10^9 holes
export default () => Array(1e9).join('').length;
