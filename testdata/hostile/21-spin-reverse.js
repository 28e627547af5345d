// want: timeout | limit memory
// a native reversal of a virtual array
export default () => Array.prototype.reverse.call({ length: 2 ** 53 - 1 }).length;
