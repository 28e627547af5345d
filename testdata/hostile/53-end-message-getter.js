// want: timeout
// an error whose message never ends
export default () => { throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;) {} } }); };
