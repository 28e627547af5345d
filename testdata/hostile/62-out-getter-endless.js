// want: timeout | limit memory | limit output | limit stack
// an output that grows as it is read
const level = (n) => ({ n, get next() { return level(n + 1); } });
export default () => level(0);
