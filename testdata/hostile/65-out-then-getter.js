// want: timeout
// the output's then is a getter that spins
export default () => ({ get then() { for (;;) {} } });
