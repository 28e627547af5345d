// want: timeout | limit memory | script
// an exponent that cannot be computed
export default () => String(2n ** (2n ** 40n)).length;
