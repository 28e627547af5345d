// Blob, File and FormData over bytes in memory.
(function (host, need) {
  'use strict';
  const utf8 = (text) => new Uint8Array(host.utf8Encode(text));
  const whole = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, (m, before) => (before ?? '') + '\ufffd');
  function part(p, native) {
    if (p instanceof Blob) return bytesOf(p);
    if (p instanceof ArrayBuffer) return new Uint8Array(p.slice(0));
    if (ArrayBuffer.isView(p)) return new Uint8Array(p.buffer.slice(p.byteOffset, p.byteOffset + p.byteLength));
    const text = String(p);
    return utf8(native ? text.replace(/\r\n|\r/g, '\n') : text);
  }
  function joined(parts) {
    let size = 0;
    for (const p of parts) size += p.length;
    const out = new Uint8Array(size);
    let at = 0;
    for (const p of parts) {
      out.set(p, at);
      at += p.length;
    }
    return out;
  }
  let bytesOf;
  class Blob {
    #bytes; #type;
    static { bytesOf = (b) => b.#bytes; }
    constructor(parts = [], options = {}) {
      if (typeof parts !== 'object' || parts === null || typeof parts[Symbol.iterator] !== 'function') {
        throw new TypeError('Blob: the parts must be a sequence, as in new Blob([text])');
      }
      const native = options !== null && options !== undefined && options.endings === 'native';
      this.#bytes = joined(Array.from(parts, (p) => part(p, native)));
      const type = String(options?.type ?? '');
      this.#type = /[^\x20-\x7e]/.test(type) ? '' : type.toLowerCase();
    }
    get size() { return this.#bytes.length; }
    get type() { return this.#type; }
    slice(start = 0, end = this.size, type = '') {
      const b = new Blob([], { type });
      b.#bytes = this.#bytes.slice(start, end);
      return b;
    }
    async arrayBuffer() { return this.#bytes.buffer.slice(0); }
    async bytes() { return this.#bytes.slice(); }
    async text() { return host.utf8Decode(this.#bytes, null, false, false)[0]; }
    stream() { return need('streams:pieces')(this.#bytes.buffer.slice(0)); }
    get [Symbol.toStringTag]() { return 'Blob'; }
  }
  class File extends Blob {
    #name; #modified;
    constructor(parts, name, options = {}) {
      if (arguments.length < 2) throw new TypeError('File: parts and name are required, as in new File([text], "a.txt")');
      super(parts, options);
      this.#name = whole(String(name));
      this.#modified = options?.lastModified === undefined ? Date.now() : Math.trunc(Number(options.lastModified)) || 0;
    }
    get name() { return this.#name; }
    get lastModified() { return this.#modified; }
    get webkitRelativePath() { return ''; }
    get [Symbol.toStringTag]() { return 'File'; }
  }

  let listOf;
  class FormData {
    #list = [];
    static { listOf = (f) => f.#list; }
    constructor(form) {
      if (form !== undefined) throw new TypeError('FormData: there are no forms here; call append');
    }
    append(name, value, filename) { this.#list.push([whole(String(name)), entry(value, filename, arguments.length)]); }
    set(name, value, filename) {
      name = whole(String(name));
      const made = [name, entry(value, filename, arguments.length)], at = this.#list.findIndex(([n]) => n === name);
      if (at < 0) this.#list.push(made);
      else this.#list = this.#list.filter(([n], i) => n !== name || i === at).map((e) => (e[0] === name ? made : e));
    }
    delete(name) { this.#list = this.#list.filter(([n]) => n !== String(name)); }
    get(name) { return this.#list.find(([n]) => n === String(name))?.[1] ?? null; }
    getAll(name) { return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v); }
    has(name) { return this.#list.some(([n]) => n === String(name)); }
    forEach(callback, self) { for (const [name, value] of this) callback.call(self, value, name, this); }
    *entries() { for (const [name, value] of this.#list) yield [name, value]; }
    *keys() { for (const [name] of this.#list) yield name; }
    *values() { for (const [, value] of this.#list) yield value; }
    [Symbol.iterator]() { return this.entries(); }
    get [Symbol.toStringTag]() { return 'FormData'; }
  }
  function entry(value, filename, given) {
    if (value instanceof Blob) {
      if (value instanceof File && given < 3) return value;
      return new File([value], given < 3 ? 'blob' : String(filename), { type: value.type, lastModified: value.lastModified });
    }
    if (given >= 3) throw new TypeError('FormData: a file name needs a Blob as value');
    return whole(String(value));
  }

  // multipart writes a form as the body of a request, and its content type.
  function multipart(form) {
    const boundary = '----ratchet' + host.boundary();
    const quoted = (text) => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
    const parts = [];
    for (const [name, value] of listOf(form)) {
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name.replace(/\r\n|\r|\n/g, '\r\n'))}"`;
      if (value instanceof Blob) {
        head += `; filename="${quoted(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
        parts.push(utf8(head), bytesOf(value), utf8('\r\n'));
      } else {
        parts.push(utf8(`${head}\r\n\r\n${value.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`));
      }
    }
    parts.push(utf8(`--${boundary}--\r\n`));
    return { body: joined(parts).buffer, type: `multipart/form-data; boundary=${boundary}` };
  }
  // encode makes {type, body} of a Blob or FormData; null = it is neither.
  function encode(body) {
    if (body instanceof FormData) return multipart(body);
    if (body instanceof Blob) return { body: bytesOf(body).buffer.slice(0), type: body.type || null };
    return null;
  }
  return { Blob, File, FormData, 'blob:encode': encode };
})
