// want: limit memory | timeout
// log lines with large fields
export default (input, context) => { const fields = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`f${i}`, 'v'.repeat(90)])); for (;;) context.log.warn('again', fields); };
