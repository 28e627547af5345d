// Headers, whose lower-case names are also plain properties.
const secret = Symbol('secret');
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
  #show(name) {
    if (name in Headers.prototype) return; // get, has, … stay methods
    const values = this.#map.get(name);
    if (values === undefined) delete this[name];
    else Object.defineProperty(this, name, { __proto__: null, value: values.join(', '), writable: true, configurable: true, enumerable: true });
  }
  // sync takes over what was written as a plain property.
  #sync() {
    for (const key of Object.keys(this)) {
      const name = headerName(key);
      const values = this.#map.get(name);
      if (values !== undefined && values.join(', ') === this[key]) continue;
      this.#map.set(name, [headerValue(name, this[key])]);
      if (name !== key) {
        delete this[key];
        this.#show(name);
      }
    }
  }
  append(name, value) {
    name = headerName(name);
    value = headerValue(name, value);
    this.#sync();
    this.#add(name, value);
    this.#show(name);
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
    this.#sync();
    const values = this.#map.get(name);
    return values === undefined ? null : values.join(', ');
  }
  has(name) {
    name = headerName(name);
    this.#sync();
    return this.#map.has(name);
  }
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
      else yield [name, values.join(', ')];
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
