// want: timeout
// a loop that does nothing
export default () => { while (true) {} };
