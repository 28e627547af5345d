// want: completed | limit stack
// an iterator that iterates
export default () => { const f = () => { for (const _ of { [Symbol.iterator]: () => ({ next: f }) }); }; try { f(); } catch { return 'caught'; } };
