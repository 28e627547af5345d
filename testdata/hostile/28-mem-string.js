// want: limit memory | script
// a string that doubles for ever
export default () => { let s = 'x'; for (;;) { s += s; } };
