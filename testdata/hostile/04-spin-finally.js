// want: timeout
// finally blocks that restart the loop
export default () => { for (;;) { try { for (;;) {} } finally { continue; } } };
