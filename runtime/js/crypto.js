// crypto: random values, and digests, HMAC, AES-GCM, PBKDF2 and HKDF of SubtleCrypto.
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
  // kept makes a key of an algorithm other than HMAC.
  const fitting = { 'AES-GCM': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], PBKDF2: ['deriveKey', 'deriveBits'], HKDF: ['deriveKey', 'deriveBits'] };
  function kept(name, raw, extractable, usages) {
    const known = Array.from(usages, String);
    for (const u of known) if (!fitting[name].includes(u)) throw fail(`Unsupported key usage for a ${name} key`, 'SyntaxError');
    if (known.length === 0) throw fail('Usages cannot be empty when importing a secret key.', 'SyntaxError');
    if (name === 'AES-GCM' && ![16, 24, 32].includes(raw.byteLength)) throw fail('Invalid key length', 'DataError');
    if (name !== 'AES-GCM' && extractable) throw fail(`${name} keys are not extractable`, 'SyntaxError');
    making = { extractable: Boolean(extractable), usages: fitting[name].filter((u) => known.includes(u)), algorithm: { name, ...(name === 'AES-GCM' ? { length: raw.byteLength * 8 } : {}) } };
    const key = new CryptoKey();
    making = null;
    secret.set(key, raw);
    return key;
  }
  function sealing(alg, key, usage, data) {
    algorithm(alg, ['AES-GCM'], usage);
    const raw = use(key, usage);
    if (key.algorithm.name !== 'AES-GCM') throw fail('The requested operation is not valid for the provided key', 'InvalidAccessError');
    if (alg.tagLength !== undefined && alg.tagLength !== 128) throw fail(`${usage}: tagLength must be 128`, 'NotSupportedError');
    const made = host.gcm(usage === 'encrypt', raw, bytes(alg.iv, `${usage}: iv`), bytes(data, usage), alg.additionalData === undefined ? new ArrayBuffer(0) : bytes(alg.additionalData, usage));
    if (made === null) throw fail('The operation failed for an operation-specific reason', 'OperationError');
    return made;
  }
  function derived(alg, key, usage, bits) {
    const name = algorithm(alg, ['PBKDF2', 'HKDF'], usage), raw = use(key, usage);
    if (key.algorithm.name !== name) throw fail('The requested operation is not valid for the provided key', 'InvalidAccessError');
    if (!(bits > 0 && bits % 8 === 0 && bits <= 65536)) throw fail(`${usage}: length must be a multiple of 8 from 8 to 65536 bits`, 'OperationError');
    const hash = algorithm(alg.hash, hashes, usage), salt = bytes(alg.salt, `${usage}: salt`);
    if (name === 'HKDF') return host.hkdf(hash, raw, salt, bytes(alg.info, `${usage}: info`), bits / 8);
    const rounds = Number(alg.iterations);
    if (!(rounds >= 1 && rounds <= 10_000_000)) throw fail(`${usage}: iterations must be from 1 to 10,000,000`, 'OperationError');
    return host.pbkdf2(hash, raw, salt, Math.floor(rounds), bits / 8);
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
      const kind = algorithm(alg, ['HMAC', 'AES-GCM', 'PBKDF2', 'HKDF'], 'importKey');
      if (kind !== 'HMAC') {
        if (format !== 'raw') throw fail(`importKey: the format "${format}" is not supported for ${kind}; use raw`, 'NotSupportedError');
        return kept(kind, copy(bytes(keyData, 'importKey')), extractable, usages);
      }
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
      if (algorithm(alg, ['HMAC', 'AES-GCM'], 'generateKey') === 'AES-GCM') return kept('AES-GCM', host.random(Number(alg.length) / 8), extractable, usages);
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
      if (key.algorithm.name !== 'HMAC') throw fail(`exportKey: the format "${format}" is not supported for ${key.algorithm.name}; use raw`, 'NotSupportedError');
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
    async encrypt(alg, key, data) { return sealing(alg, key, 'encrypt', data); }
    async decrypt(alg, key, data) { return sealing(alg, key, 'decrypt', data); }
    async deriveBits(alg, key, length) { return derived(alg, key, 'deriveBits', Number(length)); }
    async deriveKey(alg, key, made, extractable, usages) {
      const kind = algorithm(made, ['HMAC', 'AES-GCM'], 'deriveKey');
      if (kind === 'AES-GCM') return kept(kind, derived(alg, key, 'deriveKey', Number(made.length)), extractable, usages);
      const hash = hmacHash(made, 'deriveKey');
      return makeKey(derived(alg, key, 'deriveKey', made.length === undefined ? blockBits[hash] : Number(made.length)), hash, extractable, usages);
    }
    get [Symbol.toStringTag]() { return 'SubtleCrypto'; }
  }
  for (const name of ['wrapKey', 'unwrapKey']) {
    Object.defineProperty(SubtleCrypto.prototype, name, {
      __proto__: null, writable: true, configurable: true,
      value: { async [name]() { throw fail(`crypto.subtle.${name} is not supported; digest, sign, verify, encrypt, decrypt, deriveBits, deriveKey, importKey, exportKey and generateKey are`, 'NotSupportedError'); } }[name],
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
