// want: script | completed
// members for every object
Object.prototype.then = undefined; Object.prototype.toJSON = undefined; Object.prototype.planted = 'status'; Array.prototype.planted = 1;
export default () => ({ a: 1 });
