// want: limit memory | timeout | completed
// rejections whose reasons cannot be turned into text
export default () => { for (let i = 0; i < 1e5; i++) Promise.reject({ toString() { throw i; } }); return 'end'; };
