// Request and the parameters of fetch.
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
    if (isStream(encoded.body)) throw invalid('fetch: a stream cannot be sent as it comes; read it first, as in await new Response(stream).bytes()');
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
