// want: completed
// keys that name prototypes
export default () => JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}}');
