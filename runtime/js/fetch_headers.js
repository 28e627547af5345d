// Headers, whose lower-case names are also plain properties.
const secret = Symbol('secret'), streamed = Symbol('streamed');
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const invalid = (message) => new (need('ValidationError'))(message);

function headerName(name) {
  name = `${name}`;
  if (!token.test(name)) throw new TypeError(`Headers: "${name}" is not a valid header name`);
  return name.toLowerCase();
}
function headerValue(name, value) {
  value = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\r\n]/.test(value)) throw new TypeError(`Headers: the value of "${name}" contains a line break or NUL`);
  return value;
}

// joined is all values of a name, joined once for as long as none is added.
const texts = Symbol('joined');
function joined(values) {
  if (values.length === 1) return values[0];
  if (values[texts] === undefined || values[texts].count !== values.length) {
    Object.defineProperty(values, texts, { __proto__: null, value: { count: values.length, text: values.join(', ') }, configurable: true });
  }
  return values[texts].text;
}

class Headers {
  #map = new Map(); // lower-case name -> values
  constructor(init) {
    if (init === undefined) return;
    if (init === null || typeof init !== 'object') throw new TypeError('Headers: the argument must be an object, an array of [name, value] pairs or Headers');
    // Nothing was written as a plain property yet: each name is shown once, at the end.
    const add = (name, value) => {
      name = headerName(name);
      this.#add(name, headerValue(name, value));
    };
    if (init instanceof Headers) {
      for (const [name, value] of init[secret]()) add(name, value);
    } else if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const both = Array.from(pair);
        if (both.length !== 2) throw new TypeError('Headers: each pair must be [name, value]');
        add(both[0], both[1]);
      }
    } else {
      for (const name of Object.keys(init)) {
        const value = init[name];
        if (Array.isArray(value)) for (const v of value) add(name, v);
        else add(name, value);
      }
    }
    for (const name of this.#map.keys()) this.#show(name);
  }
  // show makes a name a plain property. Several values are joined when they
  // are read.
  #show(name) {
    if (name in headerMethods) return; // get, has, … stay methods
    const values = this.#map.get(name);
    if (values === undefined) delete this[name];
    else if (values.length === 1) Object.defineProperty(this, name, { __proto__: null, value: values[0], writable: true, configurable: true, enumerable: true });
    else {
      const set = (value) => this.set(name, value);
      Object.defineProperty(this, name, { __proto__: null, get: () => joined(values), set, configurable: true, enumerable: true });
    }
  }
  // take takes over what was written as the plain property of a known name.
  #take(name) {
    const values = this.#map.get(name);
    if (values === undefined || values.length !== 1 || name in headerMethods) return values;
    const own = Object.getOwnPropertyDescriptor(this, name);
    if (own === undefined || own.value === values[0]) return values;
    this.set(name, this[name]);
    return this.#map.get(name);
  }
  static is(object) { return #map in object; }
  // written is called for a plain property of a name that was not known.
  static [secret](headers, key, value) {
    const name = headerName(key);
    headers.#map.set(name, [headerValue(name, value)]);
    headers.#show(name);
  }
  // sync takes over what was written as plain properties.
  #sync() {
    for (const name of this.#map.keys()) this.#take(name);
  }
  append(name, value) {
    name = headerName(name);
    value = headerValue(name, value);
    const values = this.#take(name);
    this.#add(name, value);
    if (values === undefined || values.length === 2) this.#show(name);
  }
  #add(name, value) {
    const values = this.#map.get(name);
    if (values) values.push(value);
    else this.#map.set(name, [value]);
  }
  set(name, value) {
    name = headerName(name);
    this.#map.set(name, [headerValue(name, value)]);
    this.#show(name);
  }
  delete(name) {
    name = headerName(name);
    this.#map.delete(name);
    this.#show(name);
  }
  get(name) {
    name = headerName(name);
    const values = this.#take(name);
    return values === undefined ? null : joined(values);
  }
  has(name) { return this.#map.has(headerName(name)); }
  getSetCookie() { return (this.#map.get('set-cookie') || []).slice(); }
  forEach(callback, thisArg) {
    if (typeof callback !== 'function') throw new TypeError('Headers.forEach: the callback must be a function');
    for (const [name, value] of this.entries()) callback.call(thisArg, value, name, this);
  }
  *entries() {
    this.#sync();
    for (const name of Array.from(this.#map.keys()).sort()) {
      const values = this.#map.get(name);
      if (values === undefined) continue;
      if (name === 'set-cookie') for (const v of values) yield [name, v];
      else yield [name, joined(values)];
    }
  }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  // the pairs as they go over the wire
  [secret]() {
    this.#sync();
    const pairs = [];
    for (const [name, values] of this.#map) for (const v of values) pairs.push([name, v]);
    return pairs;
  }
  get [Symbol.toStringTag]() { return 'Headers'; }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, { __proto__: null, value: Headers.prototype.entries, writable: true, configurable: true });

// The names of an object's own properties are tried first. A new one comes to
// the end of the chain of prototypes, where it is taken over.
const headerMethods = Headers.prototype;
const { is: isHeaders, [secret]: written } = Headers;
delete Headers.is;
delete Headers[secret];
Object.setPrototypeOf(Headers.prototype, new Proxy({}, {
  __proto__: null,
  set(target, key, value, receiver) {
    if (key in target) return Reflect.set(target, key, value, receiver);
    if (typeof key === 'string' && isHeaders(receiver)) written(receiver, key, value);
    else Reflect.defineProperty(receiver, key, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
    return true;
  },
}));
