// want: limit stack | limit memory | script
// source with a million nested parentheses
export default () => eval('('.repeat(1e6) + '1' + ')'.repeat(1e6));
