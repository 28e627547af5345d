// want: limit memory | timeout
// registered symbols without end
export default () => { for (let i = 0; ; i++) Symbol.for(`${i}`.padStart(200, 's')); };
