// want: completed
// conversions to a primitive that are never asked for
const spin = () => { for (;;) {} };
export default () => ({ [Symbol.toPrimitive]: spin, toString: spin, valueOf: spin });
