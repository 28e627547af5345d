// want: limit memory | script
// one pad of two gigabytes
export default () => 'x'.padStart(2 ** 31).length;
