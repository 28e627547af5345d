// want: completed | limit stack
// a reviver that parses
export default () => { const f = () => JSON.parse('[1]', f); try { f(); } catch { return 'caught'; } };
