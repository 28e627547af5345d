// want: limit memory | timeout | script
// a replacement that multiplies its input
export default () => 'a'.repeat(1e7).replace(/a/g, 'b'.repeat(1000)).length;
