// want: timeout
// a loop that swallows every error
export default () => { for (;;) { try { throw new Error('again'); } catch {} } };
