// want: limit memory | timeout
// a weak map whose keys are kept
export default () => { const keys = [], m = new WeakMap(); for (;;) { const k = {}; keys.push(k); m.set(k, new Array(64).fill(k)); } };
