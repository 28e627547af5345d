// want: completed | limit stack
// a comparison that sorts
export default () => { const f = () => [3, 2, 1].sort(f); try { f(); } catch { return 'caught'; } };
