// WritableStream.
let writableOf;
class WritableStreamDefaultController {
  #s;
  constructor(s) { if (s?.token !== token) throw new TypeError('Illegal constructor'); this.#s = s; }
  get signal() { return (this.#s.abort ??= new (need('AbortController'))()).signal; }
  error(error) { failWritable(this.#s, error); }
}
function room(s) {
  if (s.state === 'errored') return null;
  return s.state === 'closed' ? 0 : s.sizing.mark - s.size;
}
// pressed makes the writer wait while the queue is full.
function pressed(s) {
  if (s.writer === null) return;
  const full = s.state === 'writable' && !s.closing && room(s) <= 0;
  if (full && s.writer.free) s.writer.ready = deferred();
  if (!full && !s.writer.free) s.writer.ready.resolve();
  s.writer.free = !full;
}
function failWritable(s, error) {
  if (s.state !== 'writable') return;
  Object.assign(s, { state: 'errored', error });
  while (s.queue.length > 0) s.queue.shift().done.reject(error);
  if (s.writer === null) return;
  if (s.writer.free) s.writer.ready = deferred();
  s.writer.ready.reject(error);
  s.writer.closed.reject(error);
}
// work does what waits, one after the other.
async function work(s) {
  if (s.working || !s.started) return;
  s.working = true;
  while (s.queue.length > 0 && s.state === 'writable') {
    const job = s.queue.shift();
    try {
      await job.run();
      s.size -= job.size;
      if (job.last) {
        s.state = 'closed';
        s.writer?.closed.resolve();
      }
      job.done.resolve();
    } catch (error) {
      job.done.reject(error);
      failWritable(s, error);
    }
    pressed(s);
  }
  s.working = false;
}
function later(s, size, run, last) {
  const done = deferred();
  s.queue.push({ run, size, last, done });
  s.size += size;
  s.closing = s.closing || last;
  pressed(s);
  work(s);
  return done.promise;
}

class WritableStreamDefaultWriter {
  #s; #w;
  constructor(stream) {
    const s = writableOf(stream);
    if (s.writer !== null) throw invalid('WritableStream is locked');
    this.#s = s;
    this.#w = s.writer = { closed: deferred(), ready: deferred(), free: true };
    this.#w.ready.resolve();
    if (s.state === 'closed') this.#w.closed.resolve();
    if (s.state === 'errored') {
      this.#w.ready = deferred();
      this.#w.ready.reject(s.error);
      this.#w.closed.reject(s.error);
    }
    pressed(s);
  }
  #open() {
    if (this.#s === null) throw invalid('Writer is not bound to a WritableStream');
    return this.#s;
  }
  get closed() { return this.#w.closed.promise; }
  get ready() { return this.#w.ready.promise; }
  get desiredSize() { return room(this.#open()); }
  async write(chunk) {
    const s = this.#open();
    if (s.state === 'errored') throw s.error;
    if (s.state === 'closed' || s.closing) throw invalid('WritableStream is closed');
    let size;
    try {
      size = measured(s, chunk);
    } catch (error) {
      failWritable(s, error);
      throw error;
    }
    return later(s, size, () => s.sink.write(chunk, s.controller), false);
  }
  async close() { return finish(this.#open()); }
  async abort(reason) { return abort(this.#open(), reason); }
  releaseLock() {
    if (this.#s === null) return;
    const gone = invalid('WritableStream writer is released');
    this.#w.closed.reject(gone);
    if (this.#w.free) this.#w.ready = deferred();
    this.#w.ready.reject(gone);
    this.#s.writer = null;
    this.#s = null;
  }
}
async function finish(s) {
  if (s.state === 'errored') throw s.error;
  if (s.state === 'closed' || s.closing) throw invalid('WritableStream is closed');
  return later(s, 0, () => s.sink.close(s.controller), true);
}
async function abort(s, reason) {
  if (s.state !== 'writable') return;
  s.abort?.abort(reason);
  failWritable(s, reason);
  await s.sink.abort(reason);
}

class WritableStream {
  #s;
  static {
    writableOf = (stream) => {
      if (typeof stream !== 'object' || stream === null || !(#s in stream)) throw new TypeError('The argument must be an instance of WritableStream');
      return stream.#s;
    };
  }
  constructor(sink = {}, strategy = {}) {
    if (sink === null) throw new TypeError('The "sink" argument must be of type object. Received null');
    if (sink.type !== undefined) throw new RangeError(`The argument 'sink.type' is invalid. Received ${String(sink.type)}`);
    const start = method(sink, 'start'), none = () => undefined;
    const s = this.#s = {
      token, state: 'writable', error: undefined, writer: null, queue: new Queue(), size: 0, sizing: sizing(strategy, 1), closing: false, working: false, started: false, abort: null,
      sink: { write: method(sink, 'write') ?? none, close: method(sink, 'close') ?? none, abort: method(sink, 'abort') ?? none },
    };
    s.controller = new WritableStreamDefaultController(s);
    Promise.resolve(start?.(s.controller)).then(() => {
      s.started = true;
      work(s);
    }, (error) => failWritable(s, error));
  }
  get locked() { return this.#s.writer !== null; }
  getWriter() { return new WritableStreamDefaultWriter(this); }
  async close() {
    if (this.locked) throw invalid('WritableStream is locked');
    return finish(this.#s);
  }
  async abort(reason) {
    if (this.locked) throw invalid('WritableStream is locked');
    return abort(this.#s, reason);
  }
  get [Symbol.toStringTag]() { return 'WritableStream'; }
}
