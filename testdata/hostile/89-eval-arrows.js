// want: limit stack | limit memory | timeout | script
// half a million nested functions
export default () => (0, eval)('(a) => '.repeat(5e5) + '0');
