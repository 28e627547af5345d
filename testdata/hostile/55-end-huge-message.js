// want: limit memory
// an error with a message, name and code of many megabytes
export default () => { const e = new Error('m'.repeat(6e7)); e.name = 'n'.repeat(3e7); e.code = 'c'.repeat(6e7); throw e; };
