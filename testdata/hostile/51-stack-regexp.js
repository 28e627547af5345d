// want: limit stack | limit memory | script
// a pattern with two million groups
export default () => new RegExp('('.repeat(2e6)).source.length;
