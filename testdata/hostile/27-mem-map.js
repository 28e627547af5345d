// want: limit memory
// a map that grows for ever
export default () => { const m = new Map(); for (let i = 0; ; i++) { m.set(i, { i }); } };
