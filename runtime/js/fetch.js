// fetch, Headers, Request, Response and ensureOk. The exchange itself is the host's.
(function (host, need) {
  'use strict';
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
      if (init instanceof Headers) {
        for (const [name, value] of init[secret]()) this.append(name, value);
      } else if (typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const both = Array.from(pair);
          if (both.length !== 2) throw new TypeError('Headers: each pair must be [name, value]');
          this.append(both[0], both[1]);
        }
      } else {
        for (const name of Object.keys(init)) {
          const value = init[name];
          if (Array.isArray(value)) for (const v of value) this.append(name, v);
          else this.append(name, value);
        }
      }
    }
    #show(name) {
      if (name in Headers.prototype) return; // get, has, … stay methods
      const values = this.#map.get(name);
      if (values === undefined) delete this[name];
      else Object.defineProperty(this, name, { value: values.join(', '), writable: true, configurable: true, enumerable: true });
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
      const values = this.#map.get(name);
      if (values) values.push(value);
      else this.#map.set(name, [value]);
      this.#show(name);
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
  Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });

  // encode makes {type, body} of a body given by the task: body is a string or
  // bytes, null = no body. type is the content type to use when none was set.
  function encode(body) {
    if (body === undefined || body === null) return { body: null, type: null };
    if (typeof body === 'string') return { body, type: isJSON(body) ? 'application/json' : 'text/plain;charset=UTF-8' };
    if (body instanceof need('URLSearchParams')) return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
    if (body instanceof ArrayBuffer) return { body: body.slice(0), type: null };
    if (ArrayBuffer.isView(body)) return { body: body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength), type: null };
    if (typeof body === 'object') {
      const text = JSON.stringify(body);
      if (text !== undefined) return { body: text, type: 'application/json' };
    }
    if (typeof body === 'number' || typeof body === 'boolean') return { body: String(body), type: 'application/json' };
    throw invalid(`fetch: a body of type ${typeof body} is not supported; use an object, array, string, URLSearchParams, Uint8Array or ArrayBuffer`);
  }
  function isJSON(text) {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  // Body holds what Request and Response share.
  class Body {
    #body = null; #used = false;
    headers;
    [secret](body) {
      if (body !== undefined) this.#body = body;
      return this.#body;
    }
    get bodyUsed() { return this.#used; }
    // Reading twice is allowed: bodies are whole and in memory.
    #read() { if (this.#body !== null) this.#used = true; return this.#body; }
    async text() { return host.text(this.#read()); }
    async json() {
      const text = host.text(this.#read());
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw new SyntaxError(`The body is not valid JSON: ${cause.message}`, { cause });
      }
    }
    async arrayBuffer() { return host.bytes(this.#read()); }
    async bytes() { return new Uint8Array(host.bytes(this.#read())); }
  }

  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
  const redirects = ['follow', 'error', 'manual'];
  const known = ['method', 'headers', 'body', 'timeout', 'redirect', 'signal', 'throwOnError', 'idempotencyKey'];
  // parameters of browsers with the one value that is how every fetch here works
  const fulfilled = { cache: 'no-store', credentials: 'omit', duplex: 'half' };

  function checked(p) {
    for (const name of Object.keys(p)) {
      if (known.includes(name) || p[name] === undefined) continue;
      if (!Object.hasOwn(fulfilled, name)) throw invalid(`fetch: the parameter "${name}" is not supported; use ${known.join(', ')}`);
      if (p[name] !== fulfilled[name]) throw invalid(`fetch: ${name} is "${String(p[name])}"; only "${fulfilled[name]}" is supported, and it is the default`);
    }
    const o = { method: 'GET', redirect: 'follow', timeout: 0, signal: null, throwOnError: undefined, idempotencyKey: '' };
    if (p.method !== undefined) {
      o.method = String(p.method).toUpperCase();
      if (!methods.includes(o.method)) throw invalid(`fetch: the method "${p.method}" is not allowed; use ${methods.join(', ')}`);
    }
    if (p.redirect !== undefined) {
      if (!redirects.includes(p.redirect)) throw invalid(`fetch: redirect is "${p.redirect}"; use ${redirects.join(', ')}`);
      o.redirect = p.redirect;
    }
    if (p.timeout !== undefined) {
      if (typeof p.timeout !== 'number' || !(p.timeout > 0 && p.timeout <= 2147483647)) throw invalid('fetch: timeout must be a number of milliseconds from 1 to 2147483647');
      o.timeout = Math.max(1, Math.round(p.timeout));
    }
    if (p.signal !== undefined && p.signal !== null) {
      if (!(p.signal instanceof need('AbortSignal'))) throw invalid('fetch: signal must be an AbortSignal');
      o.signal = p.signal;
    }
    if (p.throwOnError !== undefined) {
      if (typeof p.throwOnError !== 'boolean') throw invalid('fetch: throwOnError must be true or false');
      o.throwOnError = p.throwOnError;
    }
    if (p.idempotencyKey !== undefined && p.idempotencyKey !== null) {
      o.idempotencyKey = headerValue('idempotency-key', p.idempotencyKey);
      if (o.idempotencyKey === '') throw invalid('fetch: idempotencyKey must not be empty');
    }
    return o;
  }

  class Request extends Body {
    #url; #o;
    constructor(input, params, body) {
      super();
      if (input === undefined) throw invalid('fetch: the url is missing');
      const from = input instanceof Request ? input : null;
      if (params === undefined || params === null) params = {};
      if (typeof params !== 'object') throw invalid('fetch: the second argument must be an object of parameters');
      this.#url = from ? from.url : address(input);
      const given = checked(params);
      this.#o = from ? { ...from.#o } : given;
      if (from) for (const name of Object.keys(given)) if (params[name] !== undefined) this.#o[name] = given[name];
      this.headers = new Headers(params.headers !== undefined && params.headers !== null ? params.headers : from ? from.headers : undefined);
      const own = body !== undefined ? body : params.body;
      const encoded = own !== undefined ? encode(own) : { body: from ? from[secret]() : null, type: null };
      if (encoded.body !== null && (this.#o.method === 'GET' || this.#o.method === 'HEAD')) {
        throw invalid(`fetch: a ${this.#o.method} request cannot have a body; use POST, PUT or PATCH`);
      }
      this[secret](encoded.body);
      if (encoded.type !== null && !this.headers.has('content-type')) this.headers.set('content-type', encoded.type);
    }
    get url() { return this.#url; }
    get method() { return this.#o.method; }
    get redirect() { return this.#o.redirect; }
    get signal() { return this.#o.signal; }
    static options(request) { return request.#o; }
    clone() { return new Request(this); }
    get [Symbol.toStringTag]() { return 'Request'; }
  }
  const optionsOf = Request.options;
  delete Request.options;

  function address(input) {
    const r = host.urlParse(host.usv(`${input}`), undefined);
    if (r === null) throw invalid(`fetch: "${input}" is not an absolute URL; write it with its scheme, as https://host/path`);
    if (r[1] !== 'http:' && r[1] !== 'https:') throw invalid(`fetch: the scheme "${r[1]}" is not allowed; use http: or https:`);
    if (r[2] !== '' || r[3] !== '') throw invalid('fetch: the URL contains a user name or password; send an Authorization header instead');
    const hash = r[9];
    return hash === '' ? r[0].replace(/#$/, '') : r[0].slice(0, r[0].length - hash.length);
  }

  class Response extends Body {
    #status = 200; #statusText = ''; #url = ''; #redirected = false; #parsed; #isParsed = false; #type = 'default';
    constructor(body, init) {
      super();
      if (body === secret) { // from the host: [status, statusText, url, redirected, headers, bytes]
        [this.#status, this.#statusText, this.#url, this.#redirected] = init;
        this.headers = new Headers(init[4]);
        this[secret](init[5]);
        this.#type = 'basic';
        return;
      }
      init = init === undefined || init === null ? {} : init;
      const status = init.status === undefined ? 200 : Number(init.status);
      if (!(Number.isInteger(status) && status >= 200 && status <= 599)) throw new RangeError('Response: status must be from 200 to 599');
      this.#status = status;
      this.#statusText = init.statusText === undefined ? '' : headerValue('status', init.statusText);
      this.headers = new Headers(init.headers);
      const encoded = encode(body);
      if (encoded.body !== null && [204, 205, 304].includes(status)) throw new TypeError(`Response: status ${status} cannot have a body`);
      this[secret](encoded.body);
      if (encoded.type !== null && !this.headers.has('content-type')) this.headers.set('content-type', encoded.type);
    }
    static json(data, init) {
      const text = JSON.stringify(data);
      if (text === undefined) throw new TypeError('Response.json: the data is not JSON serializable');
      const r = new Response(text, init);
      if (!init || !new Headers(init.headers).has('content-type')) r.headers.set('content-type', 'application/json');
      return r;
    }
    static error() { const r = new Response(); r.#status = 0; r.#type = 'error'; return r; }
    static redirect(url, status = 302) {
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError('Response.redirect: status must be 301, 302, 303, 307 or 308');
      const r = new Response();
      r.#status = status;
      r.headers.set('location', address(url));
      return r;
    }
    get ok() { return this.#status >= 200 && this.#status <= 299; }
    get status() { return this.#status; }
    get statusText() { return this.#statusText; }
    get url() { return this.#url; }
    get redirected() { return this.#redirected; }
    get type() { return this.#type; }
    // body is parsed when it is JSON, else text; null when there is none.
    get body() {
      if (!this.#isParsed) {
        this.#isParsed = true;
        const raw = this[secret]();
        this.#parsed = raw === null ? null : host.text(raw);
        if (raw !== null && json(this.headers.get('content-type'))) {
          try {
            this.#parsed = JSON.parse(this.#parsed);
          } catch { /* stays text */ }
        }
      }
      return this.#parsed;
    }
    clone() {
      const r = new Response(secret, [this.#status, this.#statusText, this.#url, this.#redirected, this.headers, this[secret]()]);
      r.#type = this.#type;
      return r;
    }
    get [Symbol.toStringTag]() { return 'Response'; }
  }
  function json(type) { return type !== null && /^[^;]*[/+]json\s*(;|$)/i.test(type); }

  function failure(response) {
    const { status } = response;
    const what = `${status}${response.statusText ? ' ' + response.statusText : ''}${response.url ? ' from ' + response.url.split('?')[0] : ''}`;
    let error;
    if (status === 401) error = new (need('AuthenticationError'))(`HTTP ${what}`);
    else if (status === 403) error = new (need('AuthorizationError'))(`HTTP ${what}`);
    else if (status === 429) {
      error = new (need('RateLimitError'))(`HTTP ${what}`);
      error.retryAfter = retryAfter(response.headers.get('retry-after'));
    } else if (status >= 500) error = new (need('ServiceUnavailableError'))(`HTTP ${what}`);
    else error = new (need('HttpError'))(status, `HTTP ${what}`);
    Object.defineProperty(error, 'status', { value: status, writable: true, configurable: true, enumerable: true });
    Object.defineProperty(error, 'response', { value: response, writable: true, configurable: true, enumerable: false });
    return error;
  }
  // retryAfter is in seconds; null when the header is missing or unreadable.
  function retryAfter(value) {
    if (value === null) return null;
    if (/^\s*\d+\s*$/.test(value)) return Number(value);
    const at = Date.parse(value);
    return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
  }
  function refused(response) { return !response.ok && response.status >= 400; }

  function ensureOk(response) {
    if (response instanceof Promise && !(response instanceof Pending)) {
      throw invalid('ensureOk: the argument is a promise; await it first');
    }
    if (response instanceof Pending) response = response[secret]();
    if (!(response instanceof Response)) throw invalid('ensureOk: the argument must be a Response of fetch');
    if (refused(response)) throw failure(response);
    return response;
  }

  // Pending is the prototype of the promises of fetch. They have the fields
  // of Response too; reading one waits in place.
  const states = new WeakMap();
  function Pending() { throw new TypeError('Illegal constructor'); }
  Pending.prototype = Object.create(Promise.prototype);
  function settled(promise) {
    const state = states.get(promise);
    if (state === undefined) throw new TypeError('Illegal invocation');
    if (!state.done) host.wait(state.seq);
    if (state.failed) {
      state.mute();
      throw state.error;
    }
    return state.response;
  }
  Object.defineProperty(Pending.prototype, secret, { value() { return settled(this); } });
  for (const name of ['ok', 'status', 'statusText', 'headers', 'url', 'redirected', 'type', 'body', 'bodyUsed']) {
    Object.defineProperty(Pending.prototype, name, { configurable: true, get() { return settled(this)[name]; } });
  }
  for (const name of ['json', 'text', 'arrayBuffer', 'bytes', 'clone']) {
    Object.defineProperty(Pending.prototype, name, { configurable: true, writable: true, value: { [name]() { return settled(this)[name](); } }[name] });
  }

  function fetch(url, params, body) {
    const state = { seq: 0, done: false, failed: false, response: null, error: null, mute: null };
    let resolve, reject;
    const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
    state.mute = () => promise.then(undefined, () => {});
    Object.setPrototypeOf(promise, Pending.prototype);
    states.set(promise, state);
    const fail = (error) => {
      if (state.done) return;
      state.done = state.failed = true;
      state.error = error;
      reject(error);
    };
    try {
      const request = new Request(url, params, body);
      const o = optionsOf(request);
      if (o.signal && o.signal.aborted) throw o.signal.reason;
      const onAbort = () => fail(o.signal.reason);
      if (o.signal) o.signal.addEventListener('abort', onAbort);
      const throws = o.throwOnError === undefined ? host.throwOnError : o.throwOnError;
      state.seq = host.fetch(o.method, request.url, request.headers[secret](), request[secret](), o.timeout, o.redirect, o.idempotencyKey, (reply, error) => {
        if (o.signal) o.signal.removeEventListener('abort', onAbort);
        if (state.done) return;
        if (reply === null) return fail(error);
        const response = new Response(secret, reply);
        if (throws && refused(response)) return fail(failure(response));
        state.done = true;
        state.response = response;
        resolve(response);
      });
    } catch (error) {
      fail(error);
    }
    return promise;
  }

  return { fetch, Headers, Request, Response, ensureOk };
})
