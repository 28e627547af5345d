// want: timeout | script
// catastrophic backtracking through a backreference
export default () => /^(a+)+\1$/.test('a'.repeat(40) + '!');
