// want: timeout
// a thenable that spins after it gave a promise
export default () => ({ then: (a) => a({ then(b) { b(1); for (;;) {} } }) });
