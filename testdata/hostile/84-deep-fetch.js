// want: completed | limit stack | limit memory
// a request whose address makes a request
export default () => { const f = () => { fetch({ toString: f }).catch(() => 0); }; try { f(); } catch { return 'caught'; } };
