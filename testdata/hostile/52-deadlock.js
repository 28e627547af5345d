// want: script deadlock
// a promise that nothing can settle
export default () => new Promise(() => {});
