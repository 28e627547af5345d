// TextEncoder, TextDecoder, atob and btoa over codecs in Go.
(function (host, need) {
  'use strict';
  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(input = '') { return new Uint8Array(host.utf8Encode(`${input}`)); }
    encodeInto(source, destination) {
      if (!(destination instanceof Uint8Array)) throw new TypeError('TextEncoder.encodeInto: the destination must be a Uint8Array');
      const [read, written] = host.utf8EncodeInto(`${source}`, destination);
      return { read, written };
    }
    get [Symbol.toStringTag]() { return 'TextEncoder'; }
  }

  class TextDecoder {
    #encoding; #fatal; #ignoreBOM; #pending = null; #started = false;
    constructor(label = 'utf-8', options = {}) {
      this.#encoding = host.encodingOf(`${label}`.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, ''));
      if (this.#encoding === null) throw Object.assign(new RangeError(`The "${label}" encoding is not supported`), { code: 'ERR_ENCODING_NOT_SUPPORTED' });
      this.#fatal = Boolean(options && options.fatal);
      this.#ignoreBOM = Boolean(options && options.ignoreBOM);
    }
    get encoding() { return this.#encoding; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#ignoreBOM; }
    decode(input, options) {
      if (input !== undefined && !(input instanceof ArrayBuffer) && !ArrayBuffer.isView(input)) {
        throw new TypeError('TextDecoder.decode: the input must be an ArrayBuffer or a view of one');
      }
      const stream = Boolean(options && options.stream);
      const result = this.#encoding === 'utf-8'
        ? host.utf8Decode(input, this.#pending, this.#fatal, stream)
        : host.legacyDecode(this.#encoding, input, this.#pending, this.#fatal, stream);
      if (result === null) {
        this.#pending = null;
        this.#started = false;
        const error = new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
        error.code = 'ERR_ENCODING_INVALID_ENCODED_DATA';
        throw error;
      }
      let [text, pending] = result;
      if (!this.#started && text !== '') {
        this.#started = true;
        if (!this.#ignoreBOM && text[0] === '\uFEFF') text = text.slice(1);
      }
      this.#pending = pending;
      if (!stream) this.#started = false;
      return text;
    }
    get [Symbol.toStringTag]() { return 'TextDecoder'; }
  }

  function atob(data) {
    if (arguments.length === 0) throw new TypeError('atob: the argument data is missing');
    const text = host.atob(`${data}`);
    if (text === null) throw new (need('DOMException'))('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
    return text;
  }
  function btoa(data) {
    if (arguments.length === 0) throw new TypeError('btoa: the argument data is missing');
    const text = host.btoa(`${data}`);
    if (text === null) {
      throw new (need('DOMException'))('btoa takes characters up to U+00FF only; encode other text first: btoa(String.fromCharCode(...new TextEncoder().encode(text)))', 'InvalidCharacterError');
    }
    return text;
  }
  return { TextEncoder, TextDecoder, atob, btoa };
})
