// Buffer, as Node.js has it: bytes with text encodings and numbers at offsets.
(function (host, need) {
  'use strict';
  const names = new Map([
    ['utf8', 'utf8'], ['utf-8', 'utf8'], ['hex', 'hex'], ['base64', 'base64'], ['base64url', 'base64url'], ['ascii', 'ascii'],
    ['latin1', 'latin1'], ['binary', 'latin1'], ['ucs2', 'utf16le'], ['ucs-2', 'utf16le'], ['utf16le', 'utf16le'], ['utf-16le', 'utf16le'],
  ]);
  const fail = (Class, code, message) => Object.assign(new Class(message), { code });
  function encoding(name) {
    if (name === undefined || name === null || name === '') return 'utf8';
    const known = names.get(String(name).toLowerCase());
    if (known === undefined) throw fail(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${name}`);
    return known;
  }
  const bytesOf = (text, name) => new Uint8Array(host.encode(text, encoding(name)));
  const kind = (v) => (v === null ? 'null' : Array.isArray(v) ? 'an instance of Array' : typeof v === 'object' || typeof v === 'function' ? `an instance of ${v.constructor?.name ?? 'Object'}` : `type ${typeof v} (${String(v)})`);
  function bytes(v, what) {
    if (v instanceof Uint8Array) return v;
    throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${what}" argument must be an instance of Buffer or Uint8Array. Received ${kind(v)}`);
  }
  function size(n) {
    if (typeof n !== 'number') throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "size" argument must be of type number. Received ${kind(n)}`);
    if (!(n >= 0 && n <= 2 ** 31)) throw fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "size" is out of range. It must be >= 0 && <= 2147483648. Received ${n}`);
    return Math.floor(n);
  }
  const view = (b) => new DataView(b.buffer, b.byteOffset, b.byteLength);
  function at(b, offset, width) {
    if (offset === undefined) offset = 0;
    if (typeof offset !== 'number') throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "offset" argument must be of type number. Received ${kind(offset)}`);
    if (!Number.isInteger(offset) || offset < 0 || offset + width > b.length) {
      throw fail(RangeError, b.length < width ? 'ERR_BUFFER_OUT_OF_BOUNDS' : 'ERR_OUT_OF_RANGE', b.length < width
        ? 'Attempt to access memory outside buffer bounds'
        : `The value of "offset" is out of range. It must be ${Number.isInteger(offset) ? `>= 0 and <= ${b.length - width}` : 'an integer'}. Received ${offset}`);
    }
    return offset;
  }
  const clamp = (v, length, otherwise) => {
    if (v === undefined) return otherwise;
    v = Math.trunc(Number(v)) || 0;
    return v < 0 ? Math.max(0, length + v) : Math.min(v, length);
  };

  class Buffer extends Uint8Array {
    static poolSize = 8192;
    static from(value, encodingOrOffset, length) {
      if (typeof value === 'string') return adopt(bytesOf(value, encodingOrOffset));
      if (value instanceof ArrayBuffer) return new Buffer(value, encodingOrOffset, length);
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return adopt(Uint8Array.from(value));
      if (typeof value === 'object' && value !== null) {
        const primitive = value.valueOf && value.valueOf();
        if (primitive !== undefined && primitive !== null && primitive !== value) return Buffer.from(primitive, encodingOrOffset, length);
        if (value.type === 'Buffer' && Array.isArray(value.data)) return adopt(Uint8Array.from(value.data));
        if (typeof value.length === 'number') return adopt(Uint8Array.from(Array.from(value)));
        if (typeof value[Symbol.toPrimitive] === 'function') return Buffer.from(value[Symbol.toPrimitive]('string'), encodingOrOffset);
      }
      throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received ${kind(value)}`);
    }
    static of(...items) { return adopt(Uint8Array.from(items)); }
    static alloc(n, fill, name) {
      const b = new Buffer(size(n));
      return fill === undefined ? b : b.fill(fill, 0, b.length, name);
    }
    static allocUnsafe(n) { return new Buffer(size(n)); }
    static allocUnsafeSlow(n) { return new Buffer(size(n)); }
    static isBuffer(v) { return v instanceof Buffer; }
    static isEncoding(name) { return typeof name === 'string' && names.has(name.toLowerCase()); }
    static byteLength(v, name) {
      if (typeof v === 'string') return host.byteLength(v, encoding(name));
      if (v instanceof ArrayBuffer || ArrayBuffer.isView(v)) return v.byteLength;
      throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "string" argument must be of type string or an instance of Buffer or ArrayBuffer. Received ${kind(v)}`);
    }
    static concat(list, total) {
      if (!Array.isArray(list)) throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "list" argument must be an instance of Array. Received ${kind(list)}`);
      list.forEach((b, i) => bytes(b, `list[${i}]`));
      const out = Buffer.alloc(total === undefined ? list.reduce((n, b) => n + b.length, 0) : total);
      let offset = 0;
      for (const b of list) {
        if (offset >= out.length) break;
        const part = b.length > out.length - offset ? b.subarray(0, out.length - offset) : b;
        out.set(part, offset);
        offset += part.length;
      }
      return out;
    }
    static compare(a, b) { return compare(bytes(a, 'buf1'), bytes(b, 'buf2')); }

    get parent() { return this.buffer; }
    toString(name, start, end) {
      const from = clamp(start, this.length, 0), to = clamp(end, this.length, this.length);
      return to <= from ? '' : host.decode(this, encoding(name), from, to);
    }
    toLocaleString(name, start, end) { return this.toString(name, start, end); }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    equals(other) { return compare(this, bytes(other, 'otherBuffer')) === 0; }
    compare(target, targetStart, targetEnd, sourceStart, sourceEnd) {
      bytes(target, 'target');
      return compare(this.subarray(sourceStart ?? 0, sourceEnd ?? this.length), Uint8Array.prototype.subarray.call(target, targetStart ?? 0, targetEnd ?? target.length));
    }
    subarray(start, end) {
      const from = clamp(start, this.length, 0), to = Math.max(from, clamp(end, this.length, this.length));
      return new Buffer(this.buffer, this.byteOffset + from, to - from);
    }
    slice(start, end) { return this.subarray(start, end); }
    copy(target, targetStart = 0, sourceStart = 0, sourceEnd = this.length) {
      bytes(target, 'target');
      const part = this.subarray(sourceStart, Math.min(sourceEnd, sourceStart + Math.max(0, target.length - targetStart)));
      target.set(part, Math.min(targetStart, target.length));
      return part.length;
    }
    write(text, offset, length, name) {
      if (typeof offset === 'string') [name, offset, length] = [offset, 0, undefined];
      else if (typeof length === 'string') [name, length] = [length, undefined];
      if (typeof text !== 'string') throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "string" argument must be of type string. Received ${kind(text)}`);
      offset = offset ?? 0;
      const room = Math.min(length ?? Infinity, this.length - offset), known = encoding(name);
      let data = bytesOf(text, known);
      if (data.length > room) {
        let end = room; // a character is written whole or not at all
        if (known === 'utf8') while (end > 0 && (data[end] & 0xc0) === 0x80) end--;
        if (known === 'utf16le') end -= end % 2;
        data = data.subarray(0, end);
      }
      this.set(data, offset);
      return data.length;
    }
    fill(value, start, end, name) {
      if (typeof start === 'string') [name, start, end] = [start, 0, this.length];
      else if (typeof end === 'string') [name, end] = [end, this.length];
      const from = start ?? 0, to = end ?? this.length;
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) return Uint8Array.prototype.fill.call(this, Number(value) & 255, from, to);
      const data = typeof value === 'string' ? bytesOf(value, name) : value;
      if (data.length === 0) return Uint8Array.prototype.fill.call(this, 0, from, to);
      host.fill(this, data, Math.max(0, from), Math.min(to, this.length));
      return this;
    }
    indexOf(value, from, name) { return find(this, value, from, name, false); }
    lastIndexOf(value, from, name) { return find(this, value, from, name, true); }
    includes(value, from, name) { return this.indexOf(value, from, name) >= 0; }
    swap16() { return swapped(this, 2); }
    swap32() { return swapped(this, 4); }
    swap64() { return swapped(this, 8); }
    readUIntBE(offset, width) { return uint(this, at(this, offset, width), width, true); }
    readUIntLE(offset, width) { return uint(this, at(this, offset, width), width, false); }
    readIntBE(offset, width) { return signed(this.readUIntBE(offset, width), width); }
    readIntLE(offset, width) { return signed(this.readUIntLE(offset, width), width); }
    writeUIntBE(value, offset, width) { return put(this, value, at(this, offset, width), width, true, false); }
    writeUIntLE(value, offset, width) { return put(this, value, at(this, offset, width), width, false, false); }
    writeIntBE(value, offset, width) { return put(this, value, at(this, offset, width), width, true, true); }
    writeIntLE(value, offset, width) { return put(this, value, at(this, offset, width), width, false, true); }
    static get [Symbol.species]() { return Buffer; }
  }
  const adopt = (u) => new Buffer(u.buffer, u.byteOffset, u.byteLength);
  function compare(a, b) { return host.compare(a, b); }
  function find(b, value, from, name, last) {
    if (typeof from === 'string') [name, from] = [from, undefined];
    let start = from === undefined || Number.isNaN(Number(from)) ? (last ? b.length : 0) : Math.trunc(Number(from));
    if (start < 0) start += b.length;
    let data;
    if (typeof value === 'number') data = Uint8Array.of(value);
    else if (typeof value === 'string') data = bytesOf(value, name);
    else data = bytes(value, 'value');
    return host.find(b, data, start, last);
  }
  function swapped(b, width) {
    if (b.length % width) throw fail(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${width * 8}-bits`);
    for (let i = 0; i < b.length; i += width) Uint8Array.prototype.subarray.call(b, i, i + width).reverse();
    return b;
  }
  function uint(b, offset, width, big) {
    let n = 0;
    for (let i = 0; i < width; i++) n = n * 256 + b[big ? offset + i : offset + width - 1 - i];
    return n;
  }
  const signed = (n, width) => (n >= 2 ** (8 * width - 1) ? n - 2 ** (8 * width) : n);
  function put(b, value, offset, width, big, negative) {
    value = Number(value);
    const least = negative ? -(2 ** (8 * width - 1)) : 0, most = 2 ** (8 * width - (negative ? 1 : 0)) - 1;
    if (!(value >= least && value <= most)) {
      throw fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "value" is out of range. It must be >= ${least} and <= ${most}. Received ${value}`);
    }
    let n = Math.trunc(value);
    if (n < 0) n += 2 ** (8 * width);
    for (let i = 0; i < width; i++) {
      b[big ? offset + width - 1 - i : offset + i] = n % 256;
      n = Math.floor(n / 256);
    }
    return offset + width;
  }
  const define = (name, value) => Object.defineProperty(Buffer.prototype, name, { __proto__: null, value, writable: true, configurable: true });
  for (const [name, width, negative] of [['UInt8', 1], ['Int8', 1, true], ['UInt16', 2], ['Int16', 2, true], ['UInt32', 4], ['Int32', 4, true]]) {
    for (const end of width === 1 ? [''] : ['LE', 'BE']) {
      const big = end === 'BE';
      const read = function (offset) {
        const n = uint(this, at(this, offset, width), width, big);
        return negative ? signed(n, width) : n;
      };
      const write = function (value, offset) { return put(this, value, at(this, offset, width), width, big, negative); };
      for (const spelling of new Set([name, name.replace('UInt', 'Uint')])) {
        define(`read${spelling}${end}`, read);
        define(`write${spelling}${end}`, write);
      }
    }
  }
  for (const [name, method, width] of [['Float', 'Float32', 4], ['Double', 'Float64', 8], ['BigInt64', 'BigInt64', 8], ['BigUInt64', 'BigUint64', 8]]) {
    for (const end of ['LE', 'BE']) {
      const read = function (offset) { return view(this)[`get${method}`](at(this, offset, width), end === 'LE'); };
      const write = function (value, offset) {
        offset = at(this, offset, width);
        view(this)[`set${method}`](offset, value, end === 'LE');
        return offset + width;
      };
      for (const spelling of new Set([name, name.replace('UInt', 'Uint')])) {
        define(`read${spelling}${end}`, read);
        define(`write${spelling}${end}`, write);
      }
    }
  }
  return { Buffer };
})
