// want: limit memory | timeout
// query parameters without end
export default () => { const q = new URLSearchParams(); for (let i = 0; ; i++) q.append(`k${i}`, 'v'.repeat(5e4)); };
