// want: timeout
// a timer that keeps the run alive
export default () => new Promise(() => { setInterval(() => {}, 1); });
