// want: limit memory | timeout
// headers without end
export default () => { const h = new Headers(); for (let i = 0; ; i++) h.append(`x-${i}`, 'v'.repeat(2000)); };
