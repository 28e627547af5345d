// want: timeout | limit memory
// a log that never ends
export default () => { for (;;) { console.log('x'.repeat(4096)); } };
