// want: limit memory | timeout
// promises nobody settles
export default () => { const all = []; for (;;) { all.push(new Promise(() => {})); } };
