// want: limit memory | script
// one buffer of a terabyte
export default () => new ArrayBuffer(2 ** 40).byteLength;
