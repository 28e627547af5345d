// want: timeout
// thousands of intervals
export default () => new Promise(() => { for (let i = 0; i < 4000; i++) setInterval(() => {}, 0); });
