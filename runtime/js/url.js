// URL and URLSearchParams over the parser in Go. A record is the array
// [href, protocol, username, password, host, hostname, port, pathname, search, hash, origin].
(function (host) {
  'use strict';
  const attach = Symbol('attach');

  class URLSearchParams {
    #list = []; // name, value, name, value, …
    #owner = null; // called with the query after a change
    constructor(init = '') {
      if (typeof init === 'object' || typeof init === 'function') {
        if (init !== null) this.#fill(init);
        else this.#list = host.formParse('null');
      } else {
        init = text(init);
        this.#list = host.formParse(init[0] === '?' ? init.slice(1) : init);
      }
    }
    #fill(init) {
      if (init instanceof URLSearchParams && init[Symbol.iterator] === URLSearchParams.prototype.entries) {
        this.#list = init.#list.slice();
        return;
      }
      if (init[Symbol.iterator] !== undefined && init[Symbol.iterator] !== null) {
        if (typeof init[Symbol.iterator] !== 'function') throw new TypeError('URLSearchParams: the query pairs must be iterable');
        for (const pair of init) {
          if (typeof pair !== 'object' || pair === null || typeof pair[Symbol.iterator] !== 'function') {
            throw new TypeError('URLSearchParams: each query pair must be an iterable [name, value] tuple');
          }
          const both = Array.from(pair);
          if (both.length !== 2) throw new TypeError('URLSearchParams: each query pair must be an iterable [name, value] tuple');
          this.#list.push(text(both[0]), text(both[1]));
        }
        return;
      }
      const seen = new Map();
      for (const key of Reflect.ownKeys(init)) {
        const property = Reflect.getOwnPropertyDescriptor(init, key);
        if (property === undefined || !property.enumerable) continue;
        if (typeof key === 'symbol') throw new TypeError('URLSearchParams: a name cannot be a symbol');
        seen.set(text(key), text(init[key]));
      }
      for (const [name, value] of seen) this.#list.push(name, value);
    }
    static [attach](params, query, changed) {
      params.#list = host.formParse(query);
      if (changed) params.#owner = changed;
    }
    #changed() { if (this.#owner) this.#owner(this.toString()); }
    get size() { return this.#list.length / 2; }
    append(name, value) {
      need(arguments, 2, 'append');
      this.#list.push(text(name), text(value));
      this.#changed();
    }
    delete(name, value) {
      need(arguments, 1, 'delete');
      name = text(name);
      if (value !== undefined) value = text(value);
      this.#keep((k, v) => k !== name || (value !== undefined && v !== value));
      this.#changed();
    }
    #keep(wanted) {
      const kept = [];
      for (let i = 0; i < this.#list.length; i += 2) {
        if (wanted(this.#list[i], this.#list[i + 1])) kept.push(this.#list[i], this.#list[i + 1]);
      }
      this.#list = kept;
    }
    get(name) {
      need(arguments, 1, 'get');
      name = text(name);
      for (let i = 0; i < this.#list.length; i += 2) if (this.#list[i] === name) return this.#list[i + 1];
      return null;
    }
    getAll(name) {
      need(arguments, 1, 'getAll');
      name = text(name);
      const values = [];
      for (let i = 0; i < this.#list.length; i += 2) if (this.#list[i] === name) values.push(this.#list[i + 1]);
      return values;
    }
    has(name, value) {
      need(arguments, 1, 'has');
      name = text(name);
      if (value !== undefined) value = text(value);
      for (let i = 0; i < this.#list.length; i += 2) {
        if (this.#list[i] === name && (value === undefined || this.#list[i + 1] === value)) return true;
      }
      return false;
    }
    set(name, value) {
      need(arguments, 2, 'set');
      name = text(name);
      value = text(value);
      let found = false;
      for (let i = 0; i < this.#list.length && !found; i += 2) {
        if (this.#list[i] === name) {
          this.#list[i + 1] = value;
          found = true;
        }
      }
      if (!found) this.#list.push(name, value);
      else {
        let first = true;
        this.#keep((k) => k !== name || (first && !(first = false)));
      }
      this.#changed();
    }
    sort() {
      const pairs = [];
      for (let i = 0; i < this.#list.length; i += 2) pairs.push([this.#list[i], this.#list[i + 1]]);
      pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
      this.#list = pairs.flat();
      this.#changed();
    }
    forEach(callback, thisArg) {
      if (typeof callback !== 'function') throw new TypeError('URLSearchParams.forEach: the callback must be a function');
      for (let i = 0; i < this.#list.length; i += 2) callback.call(thisArg, this.#list[i + 1], this.#list[i], this);
    }
    *entries() { for (let i = 0; i < this.#list.length; i += 2) yield [this.#list[i], this.#list[i + 1]]; }
    *keys() { for (let i = 0; i < this.#list.length; i += 2) yield this.#list[i]; }
    *values() { for (let i = 0; i < this.#list.length; i += 2) yield this.#list[i + 1]; }
    toString() { return host.formEncode(this.#list); }
    get [Symbol.toStringTag]() { return 'URLSearchParams'; }
  }
  const entries = { __proto__: null, value: URLSearchParams.prototype.entries, writable: true, configurable: true };
  Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, entries);
  const attachParams = URLSearchParams[attach];
  delete URLSearchParams[attach];

  function text(v) { return host.usv(typeof v === 'string' ? v : `${v}`); }
  function need(args, count, method) {
    if (args.length >= count) return;
    const names = count === 2 ? 'the arguments name and value' : 'the argument name';
    throw new TypeError(`URLSearchParams.${method}: ${names} must be given`);
  }
  function parse(input, base) { return host.urlParse(text(input), base === undefined ? undefined : text(base)); }

  class URL {
    #r; #params = null;
    constructor(url, base) {
      if (arguments.length === 0) throw new TypeError('URL: the argument url is missing');
      this.#r = parse(url, base);
      if (this.#r === null) throw invalid(url, base);
    }
    static canParse(url, base) {
      if (arguments.length === 0) throw new TypeError('URL.canParse: the argument url is missing');
      return parse(url, base) !== null;
    }
    static parse(url, base) {
      if (arguments.length === 0) throw new TypeError('URL.parse: the argument url is missing');
      return parse(url, base) === null ? null : new URL(url, base);
    }
    #set(part, value) {
      this.#r = host.urlSet(this.#r[0], part, text(value));
      if (this.#params) attachParams(this.#params, this.#r[8].slice(1));
    }
    get href() { return this.#r[0]; }
    set href(v) {
      const r = parse(v);
      if (r === null) throw invalid(v);
      this.#r = r;
      if (this.#params) attachParams(this.#params, r[8].slice(1));
    }
    get origin() { return this.#r[10]; }
    get protocol() { return this.#r[1]; }
    set protocol(v) { this.#set('protocol', v); }
    get username() { return this.#r[2]; }
    set username(v) { this.#set('username', v); }
    get password() { return this.#r[3]; }
    set password(v) { this.#set('password', v); }
    get host() { return this.#r[4]; }
    set host(v) { this.#set('host', v); }
    get hostname() { return this.#r[5]; }
    set hostname(v) { this.#set('hostname', v); }
    get port() { return this.#r[6]; }
    set port(v) { this.#set('port', v); }
    get pathname() { return this.#r[7]; }
    set pathname(v) { this.#set('pathname', v); }
    get search() { return this.#r[8]; }
    set search(v) { this.#set('search', v); }
    get hash() { return this.#r[9]; }
    set hash(v) { this.#set('hash', v); }
    get searchParams() {
      if (this.#params === null) {
        this.#params = new URLSearchParams();
        attachParams(this.#params, this.#r[8].slice(1), (query) => { this.#r = host.urlSet(this.#r[0], 'search', query); });
      }
      return this.#params;
    }
    toString() { return this.#r[0]; }
    toJSON() { return this.#r[0]; }
    get [Symbol.toStringTag]() { return 'URL'; }
  }
  function invalid(url, base) {
    const error = new TypeError('Invalid URL');
    error.code = 'ERR_INVALID_URL';
    error.input = `${url}`;
    if (base !== undefined) error.base = `${base}`;
    return error;
  }

  for (const [c, names] of [
    [URL, ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'searchParams', 'toString', 'toJSON']],
    [URLSearchParams, ['size', 'append', 'delete', 'get', 'getAll', 'has', 'set', 'sort', 'forEach', 'entries', 'keys', 'values', 'toString']],
  ]) {
    for (const name of names) Object.defineProperty(c.prototype, name, { __proto__: null, enumerable: true });
  }
  return { URL, URLSearchParams };
})
