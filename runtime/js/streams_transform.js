// TransformStream, and those that encode and compress.
class TransformStreamDefaultController {
  #t;
  constructor(t) { if (t?.token !== token) throw new TypeError('Illegal constructor'); this.#t = t; }
  get desiredSize() { return this.#t.readable.desiredSize; }
  enqueue(chunk) {
    const t = this.#t;
    t.readable.enqueue(chunk);
    if (t.readable.desiredSize <= 0 && t.free) {
      t.free = false;
      t.wanted = deferred();
    }
  }
  error(error) {
    this.#t.readable.error(error);
    this.#t.writable.error(error);
  }
  terminate() {
    this.#t.readable.close();
    this.#t.writable.error(invalid('TransformStream is terminated'));
  }
}

class TransformStream {
  #readable; #writable;
  constructor(transformer = {}, writing = {}, reading = {}) {
    if (transformer === null) throw new TypeError('The "transformer" argument must be of type object. Received null');
    for (const type of ['readableType', 'writableType']) if (transformer[type] !== undefined) throw new RangeError(`The argument 'transformer.${type}' is invalid.`);
    const t = { token, wanted: deferred(), free: false };
    const controller = new TransformStreamDefaultController(t);
    const transform = method(transformer, 'transform') ?? ((chunk) => controller.enqueue(chunk)), flush = method(transformer, 'flush'), drop = method(transformer, 'cancel');
    const demand = () => {
      t.free = true;
      t.wanted.resolve();
    };
    this.#readable = new ReadableStream({
      start(c) { t.readable = c; },
      pull: demand,
      async cancel(reason) {
        demand();
        t.writable.error(reason);
        await drop?.(reason);
      },
    }, { highWaterMark: reading?.highWaterMark ?? 0, size: reading?.size });
    this.#writable = new WritableStream({
      start(c) {
        t.writable = c;
        return transformer.start?.(controller);
      },
      async write(chunk) {
        await t.wanted.promise;
        try {
          await transform(chunk, controller);
        } catch (error) {
          t.readable.error(error);
          throw error;
        }
      },
      async close() {
        try {
          await flush?.(controller);
        } catch (error) {
          t.readable.error(error);
          throw error;
        }
        if (t.readable.desiredSize !== null && !t.closed) t.readable.close();
      },
      async abort(reason) {
        t.readable.error(reason);
        await drop?.(reason);
      },
    }, writing);
  }
  get readable() { return this.#readable; }
  get writable() { return this.#writable; }
  get [Symbol.toStringTag]() { return 'TransformStream'; }
}

class CountQueuingStrategy {
  #mark;
  constructor({ highWaterMark }) { this.#mark = Number(highWaterMark); }
  get highWaterMark() { return this.#mark; }
  get size() { return () => 1; }
}
class ByteLengthQueuingStrategy {
  #mark;
  constructor({ highWaterMark }) { this.#mark = Number(highWaterMark); }
  get highWaterMark() { return this.#mark; }
  get size() { return (chunk) => chunk.byteLength; }
}

// Pair is a transformation with names of its own.
class Pair {
  #t;
  constructor(t) { this.#t = t; }
  get readable() { return this.#t.readable; }
  get writable() { return this.#t.writable; }
}
class TextEncoderStream extends Pair {
  constructor() {
    let high = ''; // the first half of a character whose second comes with the next chunk
    const encoder = new (need('TextEncoder'))();
    super(new TransformStream({
      transform(chunk, c) {
        let text = high + String(chunk);
        high = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
        if (high !== '') text = text.slice(0, -1);
        if (text !== '') c.enqueue(encoder.encode(text));
      },
      flush(c) { if (high !== '') c.enqueue(encoder.encode(high)); },
    }));
  }
  get encoding() { return 'utf-8'; }
  get [Symbol.toStringTag]() { return 'TextEncoderStream'; }
}
class TextDecoderStream extends Pair {
  #decoder;
  constructor(label, options) {
    const decoder = new (need('TextDecoder'))(label, options);
    const give = (c, text) => { if (text !== '') c.enqueue(text); };
    super(new TransformStream({
      transform(chunk, c) { give(c, decoder.decode(chunk, { stream: true })); },
      flush(c) { give(c, decoder.decode()); },
    }));
    this.#decoder = decoder;
  }
  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get [Symbol.toStringTag]() { return 'TextDecoderStream'; }
}

// packing (un)packs the bytes that were written when there are no more.
function packing(format, work) {
  if (!['gzip', 'deflate', 'deflate-raw'].includes(format)) throw new TypeError(`The argument 'format' must be one of: 'deflate', 'deflate-raw', 'gzip'. Received ${String(format)}`);
  const parts = [];
  return new TransformStream({
    transform(chunk) {
      if (!(chunk instanceof ArrayBuffer) && !ArrayBuffer.isView(chunk)) throw new TypeError('The chunk must be an ArrayBuffer or a view of one');
      parts.push(chunk);
    },
    flush(c) {
      const made = work(format, parts);
      if (made === null) throw new TypeError(`The data is not whole and valid ${format}`);
      if (made.byteLength > 0) c.enqueue(new Uint8Array(made));
    },
  });
}
class CompressionStream extends Pair {
  constructor(format) { super(packing(format, host.compress)); }
  get [Symbol.toStringTag]() { return 'CompressionStream'; }
}
class DecompressionStream extends Pair {
  constructor(format) { super(packing(format, host.decompress)); }
  get [Symbol.toStringTag]() { return 'DecompressionStream'; }
}
// collect reads all bytes of a stream.
async function collect(stream) {
  const parts = [], reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return host.join(parts);
    if (!(value instanceof Uint8Array)) throw new TypeError('Received non-Uint8Array chunk');
    parts.push(value);
  }
}
const disturbed = (stream) => readableOf(stream).disturbed;
// pieces is a stream of bytes that are there.
const piece = 65536;
function pieces(bytes) {
  let at = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(c) {
      if (at < bytes.byteLength) c.enqueue(new Uint8Array(bytes.slice(at, at + piece)));
      at += piece;
      if (at >= bytes.byteLength) c.close();
    },
  });
}
