// want: timeout | script
// catastrophic backtracking through a lookahead
export default () => /^(?=a)(a+)+$/.test('a'.repeat(40) + '!');
