// want: completed
// what JSON has no numbers for
export default () => ({ nan: NaN, inf: -Infinity, date: new Date(NaN), none: undefined, f() {}, s: Symbol('s') });
