// want: limit memory | limit stack | timeout | script
// a spread of 10^8 arguments
export default () => Math.max(...new Array(1e8));
