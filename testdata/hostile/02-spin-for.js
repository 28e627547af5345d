// want: timeout
// a for loop without a condition
export default () => { for (let i = 0; ; i++) {} };
