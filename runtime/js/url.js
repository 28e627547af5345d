// URL and URLSearchParams over the parser in Go. A record is the array
// [href, protocol, username, password, host, hostname, port, pathname, search, hash, origin].
(function (host) {
  'use strict';
  const attach = Symbol('attach');

  // Named are the entries of one name in order.
  class Named extends Set {
    first() { return this.values().next().value; }
  }

  // List is entries in order, found by name without a search. Removed ones
  // leave gaps, which are closed before anything counts.
  class List {
    #entries = [];
    #names = new Map();
    #gaps = 0;
    constructor(flat = []) { for (let i = 0; i < flat.length; i += 2) this.add(flat[i], flat[i + 1]); }
    get size() { return this.#entries.length - this.#gaps; }
    add(name, value) {
      const e = { name, value, gone: false };
      this.#entries.push(e);
      const named = this.#names.get(name);
      if (named === undefined) this.#names.set(name, new Named([e]));
      else named.add(e);
    }
    named(name) { return this.#names.get(name); }
    #drop(e, named) {
      e.gone = true;
      this.#gaps++;
      named.delete(e);
      if (named.size === 0) this.#names.delete(e.name);
    }
    remove(name, value) {
      const named = this.#names.get(name);
      if (named !== undefined) for (const e of [...named]) if (value === undefined || e.value === value) this.#drop(e, named);
    }
    replace(named, value) {
      const [first, ...rest] = named;
      first.value = value;
      for (const e of rest) this.#drop(e, named);
    }
    #close() {
      if (this.#gaps === 0) return;
      this.#entries = this.#entries.filter((e) => !e.gone);
      this.#gaps = 0;
    }
    at(i) {
      this.#close();
      return this.#entries[i];
    }
    sort() {
      this.#close();
      this.#entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    }
    flat() {
      this.#close();
      const flat = [];
      for (const e of this.#entries) flat.push(e.name, e.value);
      return flat;
    }
  }

  class URLSearchParams {
    #list = new List();
    #owner = null; // called after a change
    constructor(init = '') {
      if (typeof init === 'object' || typeof init === 'function') {
        if (init !== null) this.#fill(init);
        else this.#list = new List(host.formParse('null'));
      } else {
        init = text(init);
        this.#list = new List(host.formParse(init[0] === '?' ? init.slice(1) : init));
      }
    }
    #fill(init) {
      if (init instanceof URLSearchParams && init[Symbol.iterator] === URLSearchParams.prototype.entries) {
        this.#list = new List(init.#list.flat());
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
          this.#list.add(text(both[0]), text(both[1]));
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
      for (const [name, value] of seen) this.#list.add(name, value);
    }
    static [attach](params, query, changed) {
      params.#list = new List(host.formParse(query));
      if (changed) params.#owner = changed;
    }
    #changed() { if (this.#owner) this.#owner(); }
    get size() { return this.#list.size; }
    append(name, value) {
      need(arguments, 2, 'append');
      this.#list.add(text(name), text(value));
      this.#changed();
    }
    delete(name, value) {
      need(arguments, 1, 'delete');
      name = text(name);
      if (value !== undefined) value = text(value);
      this.#list.remove(name, value);
      this.#changed();
    }
    get(name) {
      need(arguments, 1, 'get');
      const found = this.#list.named(text(name));
      return found === undefined ? null : found.first().value;
    }
    getAll(name) {
      need(arguments, 1, 'getAll');
      const found = this.#list.named(text(name));
      return found === undefined ? [] : Array.from(found, (e) => e.value);
    }
    has(name, value) {
      need(arguments, 1, 'has');
      const found = this.#list.named(text(name));
      if (found === undefined || value === undefined) return found !== undefined;
      value = text(value);
      for (const e of found) if (e.value === value) return true;
      return false;
    }
    set(name, value) {
      need(arguments, 2, 'set');
      name = text(name);
      value = text(value);
      const found = this.#list.named(name);
      if (found === undefined) this.#list.add(name, value);
      else this.#list.replace(found, value);
      this.#changed();
    }
    sort() {
      this.#list.sort();
      this.#changed();
    }
    forEach(callback, thisArg) {
      if (typeof callback !== 'function') throw new TypeError('URLSearchParams.forEach: the callback must be a function');
      for (let i = 0, e; (e = this.#list.at(i)) !== undefined; i++) callback.call(thisArg, e.value, e.name, this);
    }
    *entries() { for (let i = 0, e; (e = this.#list.at(i)) !== undefined; i++) yield [e.name, e.value]; }
    *keys() { for (let i = 0, e; (e = this.#list.at(i)) !== undefined; i++) yield e.name; }
    *values() { for (let i = 0, e; (e = this.#list.at(i)) !== undefined; i++) yield e.value; }
    toString() { return host.formEncode(this.#list.flat()); }
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
    #record; #params = null;
    #stale = false; // the parameters were changed since
    get #r() {
      if (this.#stale) {
        this.#stale = false;
        this.#record = host.urlSet(this.#record[0], 'search', this.#params.toString());
      }
      return this.#record;
    }
    set #r(r) {
      this.#record = r;
      this.#stale = false;
    }
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
        attachParams(this.#params, this.#r[8].slice(1), () => { this.#stale = true; });
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
