// want: script
// an error that is its own cause, inside an aggregate of itself
export default () => { const e = new Error('round'); e.cause = e; const all = new AggregateError([e, e], 'all', { cause: e }); all.errors.push(all); throw all; };
