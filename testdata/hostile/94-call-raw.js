// want: timeout | limit memory
// a template with four billion parts
export default () => String.raw({ raw: { length: 2 ** 32 } }).length;
