// want: timeout | limit memory
// replacements that hold what is around them
export default () => { let s = 'ab'.repeat(4000); for (let i = 0; i < 9; i++) s = s.replaceAll('a', "$`$&$'"); return s.length; };
