// want: timeout | limit memory
// fifty million matches
export default () => Array.from('b'.repeat(5e7).matchAll(/b/g)).length;
