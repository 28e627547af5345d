// want: timeout | limit memory
// a native that builds 10^9 elements
export default () => Array.from({ length: 1e9 }).length;
