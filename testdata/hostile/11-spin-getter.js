// want: timeout
// output whose getter spins
export default () => ({ get x() { for (;;) {} } });
