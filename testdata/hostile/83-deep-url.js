// want: completed | limit stack
// a URL whose text makes a URL
export default () => { const f = () => new URL({ toString: f }); try { f(); } catch { return 'caught'; } };
