// want: completed | limit stack
// a clone that clones
export default () => { const f = () => structuredClone({ get again() { return f(); } }); try { f(); } catch { return 'caught'; } };
