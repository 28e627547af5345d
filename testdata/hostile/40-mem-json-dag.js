// want: limit memory | limit output | timeout | script
// output that shares its parts 2^40 times
export default () => { let o = { v: 1 }; for (let i = 0; i < 40; i++) { o = { a: o, b: o }; } return o; };
