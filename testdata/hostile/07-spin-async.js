// want: timeout
// an async function that awaits nothing for ever
export default async () => { for (;;) { await null; } };
