// want: limit memory | timeout
// microtasks without end
export default () => { for (;;) queueMicrotask(() => {}); };
