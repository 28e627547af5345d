// node:crypto as far as it is hashes, random values and comparison.
(function (host, need) {
  'use strict';
  const web = need('crypto'), Buffer = need('Buffer'), setTimeout = need('setTimeout');
  const names = new Map([['md5', 'MD5'], ['sha1', 'SHA-1'], ['sha224', 'SHA-224'], ['sha256', 'SHA-256'], ['sha384', 'SHA-384'], ['sha512', 'SHA-512']]);
  const fail = (Class, code, message) => Object.assign(new Class(message), { code });
  function hashName(name) {
    const known = names.get(String(name).toLowerCase().replace('-', ''));
    if (known === undefined) throw fail(Error, 'ERR_OSSL_EVP_UNSUPPORTED', `Digest method not supported: ${name}; there are ${[...names.keys()].join(', ')}`);
    return known;
  }
  function bytes(data, encoding, what = 'data') {
    if (typeof data === 'string') return Buffer.from(data, encoding);
    if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (data instanceof ArrayBuffer) return Buffer.from(data);
    throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${what}" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${data === null ? 'null' : typeof data}`);
  }
  const shown = (buffer, encoding) => (encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding));
  class Digest {
    #parts = []; #finish; #done = false;
    constructor(finish) { this.#finish = finish; }
    update(data, encoding) {
      if (this.#done) throw fail(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
      this.#parts.push(Buffer.from(bytes(data, encoding)));
      return this;
    }
    digest(encoding) {
      if (this.#done) throw fail(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
      this.#done = true;
      return shown(Buffer.from(this.#finish(Buffer.concat(this.#parts))), encoding);
    }
    copy() {
      const next = new Digest(this.#finish);
      next.#parts = this.#parts.slice();
      return next;
    }
  }
  function createHash(name) {
    const hash = hashName(name);
    return new Digest((all) => host.digest(hash, all));
  }
  function createHmac(name, key) {
    const hash = hashName(name), secret = bytes(key, 'utf8', 'key');
    return new Digest((all) => host.hmac(secret, hash, all));
  }
  const hash = (name, data, encoding = 'hex') => createHash(name).update(data).digest(encoding);
  function randomBytes(size, callback) {
    const out = Buffer.alloc(size);
    for (let at = 0; at < out.length; at += 65536) web.getRandomValues(out.subarray(at, at + 65536));
    if (typeof callback !== 'function') return out;
    setTimeout(callback, 0, null, out);
  }
  function randomInt(min, max, callback) {
    if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max <= min || max - min >= 2 ** 48) {
      throw fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "max" is out of range. It must be greater than the value of "min" (${min}). Received ${max}`);
    }
    const range = max - min, limit = 2 ** 48 - (2 ** 48 % range);
    let n;
    do n = randomBytes(6).readUIntBE(0, 6); while (n >= limit);
    if (typeof callback !== 'function') return min + (n % range);
    setTimeout(callback, 0, null, min + (n % range));
  }
  function timingSafeEqual(a, b) {
    a = bytes(a, 'utf8', 'buf1');
    b = bytes(b, 'utf8', 'buf2');
    if (a.length !== b.length) throw fail(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
    return host.equal(a, b);
  }
  function pbkdf2Sync(password, salt, iterations, length, digest) {
    if (!(iterations >= 1 && iterations * length <= 1e8)) throw fail(RangeError, 'ERR_OUT_OF_RANGE', 'The value of "iterations" is out of range');
    return Buffer.from(host.pbkdf2(bytes(password), bytes(salt), iterations, length, hashName(digest)));
  }
  return {
    'node:crypto': {
      createHash, createHmac, hash, randomBytes, randomInt, timingSafeEqual, pbkdf2Sync,
      randomUUID: () => web.randomUUID(), randomFillSync: (b) => web.getRandomValues(b), getRandomValues: (b) => web.getRandomValues(b),
      getHashes: () => [...names.keys()], webcrypto: web, subtle: web.subtle,
    },
  };
})
