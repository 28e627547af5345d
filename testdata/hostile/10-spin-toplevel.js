// want: timeout
// the module body never ends
for (;;) {}
export default () => 1;
