// want: timeout
// clones without end
export default () => { const o = Array.from({ length: 5e4 }, () => [{}]); for (;;) structuredClone(o); };
