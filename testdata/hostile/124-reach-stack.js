// want: completed | limit stack
// frames of a prepared stack
export default () => { Error.prepareStackTrace = (e, frames) => frames; Error.stackTraceLimit = Infinity; const seen = String(new Error('x').stack); if (/\.go|goja|ratchet\/|0x[0-9a-f]{6}/.test(seen)) throw new Error('leak: ' + seen); return 'clean'; };
