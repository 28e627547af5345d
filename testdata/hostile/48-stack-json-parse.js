// want: limit stack | limit memory | script
// five million nested brackets
export default () => JSON.parse('['.repeat(5e6));
