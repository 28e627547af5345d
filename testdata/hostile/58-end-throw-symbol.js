// want: script
// throws a symbol
export default () => { throw Symbol('s'); };
