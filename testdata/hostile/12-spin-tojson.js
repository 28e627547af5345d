// want: timeout
// output whose toJSON spins
export default () => ({ toJSON() { for (;;) {} } });
