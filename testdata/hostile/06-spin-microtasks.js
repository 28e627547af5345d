// want: timeout
// a promise chain that never lets the loop turn
export default () => { const again = () => Promise.resolve().then(again); return again(); };
