// want: limit memory | script
// one repeat of a terabyte
export default () => 'x'.repeat(2 ** 40).length;
