// want: completed | script
// a then that every await comes past
Promise.prototype.then = new Proxy(Promise.prototype.then, { apply: (f, self, args) => { globalThis.planted = args; return Reflect.apply(f, self, args); } });
export default async () => { await 0; return 'planted'; };
