// want: timeout | limit memory
// text that grows by normalization
export default () => { let s = '\ufdfa'.repeat(5e6); for (let i = 0; i < 6; i++) s = s.normalize('NFKD'); return s.length; };
