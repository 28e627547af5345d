// crypto: random values and the digest and HMAC parts of SubtleCrypto.
(function (host, need) {
  'use strict';
  const fail = (message, name) => new (need('DOMException'))(message, name);
  const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
  const blockBits = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };

  function algorithm(value, allowed, what) {
    const given = typeof value === 'object' && value !== null ? value.name : value;
    const name = allowed.find((n) => n === `${given}`.toUpperCase());
    if (name === undefined) throw fail(`${what}: the algorithm "${given}" is not supported; use ${allowed.join(', ')}`, 'NotSupportedError');
    return name;
  }
  function bytes(value, what) {
    if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) {
      throw new TypeError(`${what}: the data must be an ArrayBuffer or a view of one; make one of text with new TextEncoder().encode(text)`);
    }
    return value;
  }

  const secret = new WeakMap(); // CryptoKey -> ArrayBuffer
  let making = null;
  class CryptoKey {
    #k;
    constructor() {
      if (making === null) throw new TypeError('Illegal constructor: use crypto.subtle.importKey');
      this.#k = making;
    }
    get type() { return 'secret'; }
    get extractable() { return this.#k.extractable; }
    get algorithm() { return this.#k.algorithm; }
    get usages() { return this.#k.usages; }
    get [Symbol.toStringTag]() { return 'CryptoKey'; }
  }
  function makeKey(raw, hash, extractable, usages) {
    const known = Array.from(usages, String);
    for (const u of known) {
      if (u !== 'sign' && u !== 'verify') throw new SyntaxError(`CryptoKey: the usage "${u}" does not fit HMAC; use sign, verify`);
    }
    if (known.length === 0) throw fail('Usages cannot be empty when importing a secret key.', 'SyntaxError');
    making = { extractable: Boolean(extractable), usages: ['sign', 'verify'].filter((u) => known.includes(u)), algorithm: { hash: { name: hash }, name: 'HMAC', length: raw.byteLength * 8 } };
    const key = new CryptoKey();
    making = null;
    secret.set(key, raw);
    return key;
  }
  function use(key, usage) {
    if (!(key instanceof CryptoKey)) throw new TypeError(`${usage}: the key must be a CryptoKey; import one with crypto.subtle.importKey`);
    if (!key.usages.includes(usage)) throw fail(`${usage}: the key was imported without the usage "${usage}"`, 'InvalidAccessError');
    return secret.get(key);
  }
  function copy(data) {
    return ArrayBuffer.isView(data) ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) : data.slice(0);
  }
  function hmacHash(alg, what) {
    algorithm(alg, ['HMAC'], what);
    if (typeof alg !== 'object' || alg.hash === undefined) throw new TypeError(`${what}: the algorithm needs a hash, as in {name: "HMAC", hash: "SHA-256"}`);
    return algorithm(alg.hash, hashes, what);
  }
  const toBase64 = (s) => s.replace(/-/g, '+').replace(/_/g, '/');
  function latin(buffer) {
    let s = '';
    for (const b of new Uint8Array(buffer)) s += String.fromCharCode(b);
    return s;
  }

  class SubtleCrypto {
    async digest(alg, data) {
      const name = algorithm(alg, hashes, 'digest');
      return host.digest(name, bytes(data, 'digest'));
    }
    async importKey(format, keyData, alg, extractable, usages) {
      const hash = hmacHash(alg, 'importKey');
      let raw;
      if (format === 'raw') raw = copy(bytes(keyData, 'importKey'));
      else if (format === 'jwk') {
        if (typeof keyData !== 'object' || keyData === null || keyData.kty !== 'oct' || typeof keyData.k !== 'string') {
          throw fail('importKey: a jwk for HMAC needs kty "oct" and k', 'DataError');
        }
        const text = host.atob(toBase64(keyData.k));
        if (text === null) throw fail('importKey: the jwk member k is not base64url', 'DataError');
        raw = new Uint8Array(Array.from(text, (c) => c.charCodeAt(0))).buffer;
      } else throw fail(`importKey: the format "${format}" is not supported for HMAC; use raw or jwk`, 'NotSupportedError');
      if (raw.byteLength === 0) throw fail('Zero-length key is not supported', 'DataError');
      return makeKey(raw, hash, extractable, usages);
    }
    async generateKey(alg, extractable, usages) {
      const hash = hmacHash(alg, 'generateKey');
      const bits = alg.length === undefined ? blockBits[hash] : Number(alg.length);
      if (!(bits > 0 && bits <= 65536 && bits % 8 === 0)) throw fail('generateKey: length must be a multiple of 8 from 8 to 65536 bits', 'OperationError');
      return makeKey(host.random(bits / 8), hash, extractable, usages);
    }
    async exportKey(format, key) {
      if (!(key instanceof CryptoKey)) throw new TypeError('exportKey: the key must be a CryptoKey');
      if (!key.extractable) throw fail('key is not extractable', 'InvalidAccessError');
      const raw = secret.get(key);
      if (format === 'raw') return raw.slice(0);
      if (format !== 'jwk') throw fail(`exportKey: the format "${format}" is not supported for HMAC; use raw or jwk`, 'NotSupportedError');
      const k = host.btoa(latin(raw)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
      return { key_ops: key.usages.slice(), ext: true, kty: 'oct', k, alg: 'HS' + key.algorithm.hash.name.slice(4) };
    }
    async sign(alg, key, data) {
      algorithm(alg, ['HMAC'], 'sign');
      return host.hmac(use(key, 'sign'), key.algorithm.hash.name, bytes(data, 'sign'));
    }
    async verify(alg, key, signature, data) {
      algorithm(alg, ['HMAC'], 'verify');
      const mac = host.hmac(use(key, 'verify'), key.algorithm.hash.name, bytes(data, 'verify'));
      return host.equal(mac, bytes(signature, 'verify'));
    }
    get [Symbol.toStringTag]() { return 'SubtleCrypto'; }
  }
  for (const name of ['encrypt', 'decrypt', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey']) {
    Object.defineProperty(SubtleCrypto.prototype, name, {
      __proto__: null, writable: true, configurable: true,
      value: { async [name]() { throw fail(`crypto.subtle.${name} is not supported; digest, sign, verify, importKey, exportKey and generateKey (HMAC) are`, 'NotSupportedError'); } }[name],
    });
  }

  const subtle = new SubtleCrypto();
  class Crypto {
    get subtle() { return subtle; }
    randomUUID() { return host.randomUUID(); }
    getRandomValues(array) {
      const integers = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];
      if (!integers.some((c) => array instanceof c)) {
        throw fail('getRandomValues: the argument must be an integer typed array, such as Uint8Array', 'TypeMismatchError');
      }
      if (array.byteLength > 65536) {
        throw fail(`getRandomValues: at most 65536 bytes at once, not ${array.byteLength}`, 'QuotaExceededError');
      }
      host.fillRandom(array);
      return array;
    }
    get [Symbol.toStringTag]() { return 'Crypto'; }
  }
  return { crypto: new Crypto(), Crypto, CryptoKey, SubtleCrypto };
})
