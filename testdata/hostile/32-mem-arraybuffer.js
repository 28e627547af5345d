// want: limit memory | script
// one buffer of two gigabytes
export default () => new ArrayBuffer(2 ** 31).byteLength;
