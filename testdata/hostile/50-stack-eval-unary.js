// want: limit stack | limit memory | script
// source with two million unary operators
export default () => (0, eval)('-'.concat(' -'.repeat(2e6)) + ' 1');
