// want: limit stack | limit memory | timeout | script
// two million nested blocks
export default () => (0, eval)('{'.repeat(2e6) + '}'.repeat(2e6));
