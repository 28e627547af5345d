// want: limit memory | timeout
// an array literal of twenty million items
export default () => (0, eval)(`[${'0,'.repeat(2e7)}]`).length;
