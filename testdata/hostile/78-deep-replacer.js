// want: completed | limit stack
// a replacer that stringifies
export default () => { const f = () => JSON.stringify([1], f); try { f(); } catch { return 'caught'; } };
