// want: limit memory
// an array that grows for ever
export default () => { const a = []; for (;;) { a.push([1, 2, 3, 4]); } };
