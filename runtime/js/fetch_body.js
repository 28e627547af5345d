// What bodies are made of, and what Request and Response share.
// encode makes {type, body} of a body given by the task: body is a string or
// bytes, null = no body. type is the content type to use when none was set.
function encode(body) {
  if (body === undefined || body === null) return { body: null, type: null };
  if (typeof body === 'string') return { body, type: isJSON(body) ? 'application/json' : 'text/plain;charset=UTF-8' };
  if (body instanceof need('URLSearchParams')) return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  if (body instanceof ArrayBuffer) return { body: body.slice(0), type: null };
  if (isStream(body)) return { body, type: null };
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
function isStream(body) { return host.streams && body instanceof need('ReadableStream'); }
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
  get bodyUsed() {
    const stream = isStream(this.#body) ? this.#body : this.#stream;
    return this.#used || (stream !== undefined && need('streams:disturbed')(stream));
  }
  // Reading twice is allowed: bodies are whole and in memory. One that is a
  // stream is read to its end first.
  #read() { if (this.#body !== null) this.#used = true; return this.#body; }
  async #whole() {
    const stream = this.#read();
    if (stream.locked) throw new TypeError('Body is unusable: its stream is locked');
    return this.#body = await need('streams:collect')(stream);
  }
  async text() { return host.text(isStream(this.#read()) ? await this.#whole() : this.#body); }
  async json() {
    const text = host.text(isStream(this.#read()) ? await this.#whole() : this.#body);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new SyntaxError(`The body is not valid JSON: ${cause.message}`, { cause });
    }
  }
  async arrayBuffer() { return host.bytes(isStream(this.#read()) ? await this.#whole() : this.#body); }
  async bytes() { return new Uint8Array(host.bytes(isStream(this.#read()) ? await this.#whole() : this.#body)); }
  async blob() {
    const bytes = host.bytes(isStream(this.#read()) ? await this.#whole() : this.#body);
    return new (need('Blob'))([bytes], { type: this.headers.get('content-type') ?? '' });
  }
  #stream;
  // The body as the standard has it, for tasks that use streams.
  [streamed]() {
    if (this.#body === null) return null;
    if (isStream(this.#body)) return this.#body;
    return this.#stream ??= need('streams:pieces')(host.bytes(this.#body));
  }
}
