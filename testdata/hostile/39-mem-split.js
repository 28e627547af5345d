// want: limit memory | timeout | script
// a split into 3*10^8 parts
export default () => 'x'.repeat(3e8).split('').length;
