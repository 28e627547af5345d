// fetch and the promises it returns. The exchange itself is the host's.
// Pending is the prototype of the promises of fetch. They have the fields
// of Response too; reading one waits in place.
// Their state is a private field, since the engine never frees an entry of a
// WeakMap whose value leads back to its key.
class State extends (function State(promise) { return promise; }) {
  #state;
  constructor(promise, state) { super(promise); this.#state = state; }
  static of(promise) { return typeof promise === 'object' && promise !== null && #state in promise ? promise.#state : undefined; }
}
const stateOf = State.of;
delete State.of;
function Pending() { throw new TypeError('Illegal constructor'); }
Pending.prototype = Object.create(Promise.prototype);
function settled(promise) {
  const state = stateOf(promise);
  if (state === undefined) throw new TypeError('Illegal invocation');
  if (!state.done) host.wait(state.seq);
  if (state.failed) {
    state.mute();
    throw state.error;
  }
  return state.response;
}
Object.defineProperty(Pending.prototype, secret, { __proto__: null, value() { return settled(this); } });
for (const name of ['ok', 'status', 'statusText', 'headers', 'url', 'redirected', 'type', 'body', 'bodyUsed']) {
  Object.defineProperty(Pending.prototype, name, { __proto__: null, configurable: true, get() { return settled(this)[name]; } });
}
for (const name of ['json', 'text', 'arrayBuffer', 'bytes', 'blob', 'clone']) {
  Object.defineProperty(Pending.prototype, name, { __proto__: null, configurable: true, writable: true, value: { [name]() { return settled(this)[name](); } }[name] });
}

function fetch(url, params, body) {
  const state = { seq: 0, done: false, failed: false, response: null, error: null, mute: null };
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  state.mute = () => promise.then(undefined, () => {});
  Object.setPrototypeOf(promise, Pending.prototype);
  new State(promise, state);
  let asked;
  // What went wrong far away has no place in the task: it is where it was asked.
  const failed = (error) => {
    const frames = asked.stack.indexOf('\n');
    if (frames >= 0) Object.defineProperty(error, 'stack', { __proto__: null, configurable: true, writable: true, value: error + asked.stack.slice(frames) });
    fail(error);
  };
  const fail = (error) => {
    if (state.done) return;
    state.done = state.failed = true;
    state.error = error;
    reject(error);
  };
  try {
    const request = new Request(url, params, body);
    const o = optionsOf(request);
    if (o.signal && o.signal.aborted) throw o.signal.reason;
    asked = new Error(); // not before, as reading the parameters may call fetch again
    const onAbort = () => fail(o.signal.reason);
    if (o.signal) o.signal.addEventListener('abort', onAbort);
    const throws = o.throwOnError === undefined ? host.throwOnError : o.throwOnError;
    state.seq = host.fetch(o.method, request.url, request.headers[secret](), request[secret](), o.timeout, o.redirect, o.idempotencyKey, (reply, error) => {
      if (o.signal) o.signal.removeEventListener('abort', onAbort);
      if (state.done) return;
      if (reply === null) return failed(error);
      const response = new Response(secret, reply);
      if (throws && refused(response)) return failed(failure(response));
      state.done = true;
      state.response = response;
      resolve(response);
    });
  } catch (error) {
    fail(error);
  }
  return promise;
}
