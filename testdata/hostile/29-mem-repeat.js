// want: limit memory | script
// one repeat of a gigabyte
export default () => 'x'.repeat(2 ** 30).length;
