// want: completed | limit stack
// a value whose keys are logged while it is logged
export default () => { const f = () => { console.log(new Proxy({}, { ownKeys: f })); }; try { f(); } catch { return 'caught'; } };
