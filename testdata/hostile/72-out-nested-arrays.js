// want: limit output | limit memory
// arrays nested two million deep
export default () => { let o = []; for (let i = 0; i < 2e6; i++) o = [o]; return o; };
