// want: limit output | limit memory | script
// an output of 100 MB
export default () => 'x'.repeat(100 * 1024 * 1024);
