// What bodies are made of, and what Request and Response share.
// encode makes {type, body} of a body given by the task: body is a string or
// bytes, null = no body. type is the content type to use when none was set.
function encode(body) {
  if (body === undefined || body === null) return { body: null, type: null };
  if (typeof body === 'string') return { body, type: isJSON(body) ? 'application/json' : 'text/plain;charset=UTF-8' };
  if (body instanceof need('URLSearchParams')) return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (body instanceof ArrayBuffer) return { body: body.slice(0), type: null };
  if (ArrayBuffer.isView(body)) return { body: body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength), type: null };
  if (typeof body === 'object') {
    const made = need('blob:encode')(body);
    if (made !== null) return made;
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
  async blob() { return new (need('Blob'))([host.bytes(this.#read())], { type: this.headers.get('content-type') ?? '' }); }
}
