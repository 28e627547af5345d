// want: limit output
// objects nested 20,000 deep
export default () => { let o = {}; for (let i = 0; i < 20000; i++) o = { o }; return o; };
