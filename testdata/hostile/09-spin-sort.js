// want: timeout
// a comparator that never comes back
export default () => [3, 1, 2].sort(() => { for (;;) {} });
