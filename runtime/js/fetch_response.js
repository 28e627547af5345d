// Response, ensureOk and the errors of responses that are not ok.
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
  // body is parsed when it is JSON, else text; null when there is none. In a
  // task that uses streams it is one.
  get body() {
    if (host.streams) return this[streamed]();
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
    const body = this[secret]();
    if (isStream(body)) {
      const [one, two] = body.tee();
      this[secret](one);
      return new Response(two, this);
    }
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
  Object.defineProperty(error, 'status', { __proto__: null, value: status, writable: true, configurable: true, enumerable: true });
  Object.defineProperty(error, 'response', { __proto__: null, value: response, writable: true, configurable: true, enumerable: false });
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
