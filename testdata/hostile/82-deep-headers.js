// want: completed | limit stack
// headers made while headers are made
export default () => { const f = () => new Headers({ [Symbol.iterator]: function* () { yield f(); } }); try { f(); } catch { return 'caught'; } };
