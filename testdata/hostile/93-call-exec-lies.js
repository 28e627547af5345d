// want: script | limit memory | completed
// an exec that gives a place before the start
export default () => { const re = /b/g; let n = 0; re.exec = () => (n++ < 2 ? { 0: 'b', index: -9, length: 1e9 } : null); return 'abab'.replace(re, '$1$99').length; };
