// want: completed | limit stack
// a listener that aborts
export default () => { const f = () => { const c = new AbortController(); c.signal.addEventListener('abort', f); c.abort(); }; try { f(); } catch { return 'caught'; } };
