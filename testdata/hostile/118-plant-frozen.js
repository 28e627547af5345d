// want: completed | script
// frozen prototypes
Object.freeze(Object.prototype); Object.freeze(Error.prototype);
export default () => new Error('planted').message;
