// ReadableStream. The state of a stream is a plain object: stream, controller
// and reader share it.
const asyncIterator = Symbol.asyncIterator ?? Symbol.for('Symbol.asyncIterator');
class Queue { // whose first element is taken off in constant time
  #list = []; #at = 0;
  get length() { return this.#list.length - this.#at; }
  push(value) { this.#list.push(value); }
  shift() {
    const value = this.#list[this.#at];
    this.#list[this.#at++] = undefined;
    if (this.#at > 512 && this.#at * 2 > this.#list.length) {
      this.#list = this.#list.slice(this.#at);
      this.#at = 0;
    }
    return value;
  }
}
function deferred() {
  const d = {};
  d.promise = new Promise((resolve, reject) => { d.resolve = resolve; d.reject = reject; });
  d.promise.then(undefined, () => {}); // whoever asks for it handles it
  return d;
}
const invalid = (text) => new TypeError(`Invalid state: ${text}`);
const attempt = async (f, ...args) => f(...args);
function method(source, name) {
  const f = source?.[name];
  if (f === undefined) return undefined;
  if (typeof f !== 'function') throw new TypeError(`The "${name}" argument must be of type function.`);
  return f.bind(source);
}
function sizing(strategy, usual) {
  const mark = strategy?.highWaterMark === undefined ? usual : Number(strategy.highWaterMark);
  if (!(mark >= 0)) throw new RangeError(`The property 'strategy.highWaterMark' is invalid. Received ${String(strategy.highWaterMark)}`);
  return { mark, of: method(strategy, 'size') ?? (() => 1) };
}
function measured(s, chunk) {
  const size = Number(s.sizing.of(chunk));
  if (!(size >= 0 && size < Infinity)) throw new RangeError(`The argument 'size' is invalid. Received ${size}`);
  return size;
}

let readableOf, readerOf, adopt;
class ReadableStreamDefaultController {
  #s;
  constructor(s) { if (s?.token !== token) throw new TypeError('Illegal constructor'); this.#s = s; }
  get desiredSize() { return desired(this.#s); }
  get byobRequest() { return null; }
  enqueue(chunk) {
    const s = this.#s;
    if (s.state !== 'readable' || s.closing) throw invalid('Controller is already closed');
    if (s.bytes && !ArrayBuffer.isView(chunk)) throw new TypeError('A stream of bytes takes views of an ArrayBuffer, such as Uint8Array');
    if (s.reader !== null && s.reader.waiting.length > 0) s.reader.waiting.shift().resolve({ value: chunk, done: false });
    else {
      try {
        const size = measured(s, chunk);
        s.queue.push([chunk, size]);
        s.size += size;
      } catch (error) {
        failReadable(s, error);
        throw error;
      }
    }
    pull(s);
  }
  close() {
    const s = this.#s;
    if (s.state !== 'readable' || s.closing) throw invalid('Controller is already closed');
    s.closing = true;
    if (s.queue.length === 0) closeReadable(s);
  }
  error(error) { failReadable(this.#s, error); }
}
const token = {};
function desired(s) {
  if (s.state === 'errored') return null;
  return s.state === 'closed' ? 0 : s.sizing.mark - s.size;
}
function pull(s) {
  if (!s.started || s.state !== 'readable' || s.closing) return;
  if (!(s.reader !== null && s.reader.waiting.length > 0) && !(desired(s) > 0)) return;
  if (s.pulling) {
    s.again = true;
    return;
  }
  s.pulling = true;
  attempt(s.source.pull, s.controller).then(() => {
    s.pulling = false;
    if (s.again) {
      s.again = false;
      pull(s);
    }
  }, (error) => failReadable(s, error));
}
function closeReadable(s) {
  if (s.state !== 'readable') return;
  s.state = 'closed';
  if (s.reader === null) return;
  while (s.reader.waiting.length > 0) s.reader.waiting.shift().resolve({ value: undefined, done: true });
  s.reader.closed.resolve();
}
function failReadable(s, error) {
  if (s.state !== 'readable') return;
  Object.assign(s, { state: 'errored', error, queue: new Queue(), size: 0 });
  if (s.reader === null) return;
  while (s.reader.waiting.length > 0) s.reader.waiting.shift().reject(error);
  s.reader.closed.reject(error);
}
function read(s) {
  s.disturbed = true;
  if (s.queue.length > 0) {
    const [value, size] = s.queue.shift();
    s.size -= size;
    if (s.closing && s.queue.length === 0) closeReadable(s);
    else pull(s);
    return Promise.resolve({ value, done: false });
  }
  if (s.state === 'errored') return Promise.reject(s.error);
  if (s.state === 'closed') return Promise.resolve({ value: undefined, done: true });
  const d = deferred();
  s.reader.waiting.push(d);
  pull(s);
  return d.promise;
}
async function cancel(s, reason) {
  s.disturbed = true;
  if (s.state === 'closed') return;
  if (s.state === 'errored') throw s.error;
  s.queue = new Queue();
  s.size = 0;
  closeReadable(s);
  await s.source.cancel(reason);
}

class ReadableStreamDefaultReader {
  #s; #r;
  static { readerOf = (r) => r.#s; }
  constructor(stream) {
    const s = readableOf(stream);
    if (s.reader !== null) throw invalid('ReadableStream is locked');
    this.#s = s;
    this.#r = s.reader = { waiting: new Queue(), closed: deferred() };
    if (s.state === 'closed') this.#r.closed.resolve();
    if (s.state === 'errored') this.#r.closed.reject(s.error);
  }
  get closed() { return this.#r.closed.promise; }
  async read() {
    if (this.#s === null) throw invalid('The reader is not attached to a stream');
    return read(this.#s);
  }
  async cancel(reason) {
    if (this.#s === null) throw invalid('The reader is not attached to a stream');
    return cancel(this.#s, reason);
  }
  releaseLock() {
    if (this.#s === null) return;
    const gone = invalid('Releasing reader');
    if (this.#s.state === 'readable') this.#r.closed.reject(gone);
    while (this.#r.waiting.length > 0) this.#r.waiting.shift().reject(gone);
    this.#s.reader = null;
    this.#s = null;
  }
}

class ReadableStream {
  #s;
  static {
    readableOf = (stream) => {
      if (typeof stream !== 'object' || stream === null || !(#s in stream)) throw new TypeError('The argument must be an instance of ReadableStream');
      return stream.#s;
    };
  }
  constructor(source = {}, strategy = {}) {
    if (source === null) throw new TypeError('The "source" argument must be of type object. Received null');
    const bytes = source.type !== undefined;
    if (bytes && String(source.type) !== 'bytes') throw new TypeError(`The argument 'source.type' is invalid. Received ${String(source.type)}`);
    const start = method(source, 'start'), none = () => undefined;
    const s = this.#s = {
      token, state: 'readable', error: undefined, reader: null, queue: new Queue(), size: 0, sizing: sizing(strategy, bytes ? 0 : 1), bytes,
      source: { pull: method(source, 'pull') ?? none, cancel: method(source, 'cancel') ?? none }, started: false, pulling: false, again: false, closing: false, disturbed: false,
    };
    s.controller = new ReadableStreamDefaultController(s);
    Promise.resolve(start?.(s.controller)).then(() => {
      s.started = true;
      pull(s);
    }, (error) => failReadable(s, error));
  }
  static from(iterable) {
    const asynchronous = iterable?.[asyncIterator], make = asynchronous ?? iterable?.[Symbol.iterator];
    if (typeof make !== 'function') throw new TypeError('ReadableStream.from: the argument must be iterable');
    const it = make.call(iterable);
    return new ReadableStream({
      async pull(controller) {
        const { value, done } = await it.next();
        if (done) controller.close();
        else controller.enqueue(await value);
      },
      async cancel(reason) { await it.return?.(reason); },
    }, { highWaterMark: 0 });
  }
  get locked() { return this.#s.reader !== null; }
  async cancel(reason) {
    if (this.locked) throw invalid('ReadableStream is locked');
    return cancel(this.#s, reason);
  }
  getReader(options) {
    if (options?.mode !== undefined) throw new TypeError(`getReader: the mode "${String(options.mode)}" is not supported; call getReader()`);
    return new ReadableStreamDefaultReader(this);
  }
  pipeThrough(transform, options) {
    if (this.locked) throw invalid('The ReadableStream is locked');
    this.pipeTo(transform.writable, options).then(undefined, () => {});
    return transform.readable;
  }
  async pipeTo(destination, options = {}) { return pipe(this, destination, options ?? {}); }
  tee() { return tee(this); }
  values(options) { return iterate(this, Boolean(options?.preventCancel)); }
  [asyncIterator](options) { return this.values(options); }
  get [Symbol.toStringTag]() { return 'ReadableStream'; }
}
function iterate(stream, kept) {
  const reader = stream.getReader();
  let over = false;
  const end = async (value, cancelled) => {
    if (!over) {
      over = true;
      const done = cancelled ? reader.cancel(value) : undefined;
      reader.releaseLock();
      await done;
    }
    return { value, done: true };
  };
  return Object.setPrototypeOf({
    async next() {
      if (over) return { value: undefined, done: true };
      try {
        const step = await reader.read();
        return step.done ? end(undefined, false) : step;
      } catch (error) {
        over = true;
        reader.releaseLock();
        throw error;
      }
    },
    async return(value) { return end(value, !kept); },
  }, { [asyncIterator]() { return this; } });
}
function tee(stream) {
  const reader = stream.getReader(), cancelled = deferred(), controllers = [], open = [true, true], reasons = [];
  let reading = false;
  const next = async () => {
    if (reading) return;
    reading = true;
    try {
      const { value, done } = await reader.read();
      reading = false;
      for (const i of [0, 1]) if (open[i]) done ? controllers[i].close() : controllers[i].enqueue(value);
      if (done) cancelled.resolve();
    } catch (error) {
      for (const c of controllers) c.error(error);
      cancelled.resolve();
    }
  };
  const branch = (i) => new ReadableStream({
    start(controller) { controllers[i] = controller; },
    pull: next,
    cancel(reason) {
      open[i] = false;
      reasons[i] = reason;
      if (!open[0] && !open[1]) cancelled.resolve(reader.cancel(reasons));
      return cancelled.promise;
    },
  });
  return [branch(0), branch(1)];
}
async function pipe(from, to, { preventClose, preventAbort, preventCancel, signal }) {
  if (from.locked) throw invalid('The ReadableStream is locked');
  if (to.locked) throw invalid('The WritableStream is locked');
  const reader = from.getReader(), writer = to.getWriter(), stopped = deferred();
  const onAbort = () => stopped.reject(signal.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      await Promise.race([writer.ready, stopped.promise]);
      let step;
      try {
        step = await Promise.race([reader.read(), stopped.promise, writer.closed.then(() => { throw invalid('The WritableStream is closed'); })]);
      } catch (error) {
        if (!preventAbort) await writer.abort(error).catch(() => {});
        throw error;
      }
      if (step.done) break;
      writer.write(step.value).catch(() => {});
    }
    if (!preventClose) await writer.close();
  } catch (error) {
    if (!preventCancel) await reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    reader.releaseLock();
    writer.releaseLock();
  }
}
