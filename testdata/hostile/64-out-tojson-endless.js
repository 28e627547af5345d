// want: timeout | limit stack | limit memory | limit output
// toJSON gives an object that has itself
export default () => { const o = { toJSON: () => ({ again: o }) }; return o; };
