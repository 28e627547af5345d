// want: script
// throws a function that says it is an error
export default () => { const f = () => {}; Object.setPrototypeOf(f, Error.prototype); throw f; };
