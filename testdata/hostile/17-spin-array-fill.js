// want: timeout | limit memory
// a native that walks 2^32 slots
export default () => new Array(2 ** 32 - 1).fill(0).length;
