// want: limit memory | timeout
// timers without end
export default () => { for (;;) setTimeout(() => {}, 1e8); };
