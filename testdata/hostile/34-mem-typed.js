// want: limit memory | script
// one typed array of eight gigabytes
export default () => new Uint8Array(2 ** 33).length;
