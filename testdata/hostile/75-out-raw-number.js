// want: script | limit output | completed
// a number of a million digits
export default () => ({ n: JSON.rawJSON ? JSON.rawJSON('1e1000001') : 1 });
