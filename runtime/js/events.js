// Events and cancellation: DOMException, Event, EventTarget, AbortSignal, AbortController.
(function (host) {
  'use strict';
  const codes = {
    IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5, NoModificationAllowedError: 7,
    NotFoundError: 8, NotSupportedError: 9, InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12, InvalidModificationError: 13, NamespaceError: 14,
    InvalidAccessError: 15, TypeMismatchError: 17, SecurityError: 18, NetworkError: 19, AbortError: 20,
    URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24, DataCloneError: 25,
  };
  const constants = [
    'INDEX_SIZE', 'DOMSTRING_SIZE', 'HIERARCHY_REQUEST', 'WRONG_DOCUMENT', 'INVALID_CHARACTER', 'NO_DATA_ALLOWED', 'NO_MODIFICATION_ALLOWED', 'NOT_FOUND', 'NOT_SUPPORTED',
    'INUSE_ATTRIBUTE', 'INVALID_STATE', 'SYNTAX', 'INVALID_MODIFICATION', 'NAMESPACE', 'INVALID_ACCESS', 'VALIDATION', 'TYPE_MISMATCH', 'SECURITY', 'NETWORK', 'ABORT',
    'URL_MISMATCH', 'QUOTA_EXCEEDED', 'TIMEOUT', 'INVALID_NODE_TYPE', 'DATA_CLONE',
  ];

  class DOMException extends Error {
    #name; #code;
    constructor(message = '', options = 'Error') {
      super(String(message));
      const named = typeof options !== 'object' || options === null;
      this.#name = String(named ? options : (options.name === undefined ? 'Error' : options.name));
      this.#code = Object.hasOwn(codes, this.#name) ? codes[this.#name] : 0;
      if (!named && 'cause' in options) hidden(this, 'cause', options.cause);
      if (typeof this.stack === 'string') {
        const frames = this.stack.split('\n').slice(String(this.message).split('\n').length, 50);
        frames.unshift(this.message === '' ? this.#name : this.#name + ': ' + this.message);
        hidden(this, 'stack', frames.join('\n')); // which keeps nothing of the whole text
      }
    }
    get name() { return this.#name; }
    get code() { return this.#code; }
    get [Symbol.toStringTag]() { return 'DOMException'; }
  }
  constants.forEach((name, i) => {
    for (const o of [DOMException, DOMException.prototype]) Object.defineProperty(o, name + '_ERR', { __proto__: null, value: i + 1, enumerable: true });
  });
  function hidden(object, name, value) {
    Object.defineProperty(object, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
  }

  const internal = Symbol('internal');

  class Event {
    #type; #bubbles; #cancelable; #composed; #prevented = false; #time;
    [internal] = { target: null, stop: false, phase: 0, passive: false };
    constructor(type, init) {
      if (arguments.length === 0) throw new TypeError('Event: the argument type is missing');
      this.#type = String(type);
      this.#bubbles = Boolean(init && init.bubbles);
      this.#cancelable = Boolean(init && init.cancelable);
      this.#composed = Boolean(init && init.composed);
      this.#time = host.elapsed();
      Object.defineProperty(this, internal, { __proto__: null, enumerable: false });
    }
    get type() { return this.#type; }
    get bubbles() { return this.#bubbles; }
    get cancelable() { return this.#cancelable; }
    get composed() { return this.#composed; }
    get timeStamp() { return this.#time; }
    get isTrusted() { return false; }
    get defaultPrevented() { return this.#prevented; }
    get target() { return this[internal].target; }
    get currentTarget() { return this[internal].phase ? this[internal].target : null; }
    get eventPhase() { return this[internal].phase; }
    preventDefault() { if (this.#cancelable && !this[internal].passive) this.#prevented = true; }
    stopPropagation() {}
    stopImmediatePropagation() { this[internal].stop = true; }
    composedPath() { return this[internal].phase ? [this[internal].target] : []; }
    get [Symbol.toStringTag]() { return 'Event'; }
  }

  // Listeners are those of one type: in order, and by callback.
  class Listeners {
    all = new Set();
    #plain = new Map();
    #capturing = new Map();
    find(callback, capture) { return (capture ? this.#capturing : this.#plain).get(callback); }
    add(l) {
      this.all.add(l);
      (l.capture ? this.#capturing : this.#plain).set(l.callback, l);
    }
    remove(l) {
      l.removed = true;
      this.all.delete(l);
      (l.capture ? this.#capturing : this.#plain).delete(l.callback);
      if (l.signal) l.signal.removeEventListener('abort', l.abort);
    }
  }

  class EventTarget {
    #listeners = new Map();
    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      if (typeof callback !== 'function' && typeof callback !== 'object') {
        throw new TypeError('addEventListener: the listener must be a function or an object with handleEvent');
      }
      const o = typeof options === 'object' && options !== null ? options : { capture: options };
      if (o.signal && o.signal.aborted) return;
      type = String(type);
      const capture = Boolean(o.capture);
      let list = this.#listeners.get(type);
      if (!list) this.#listeners.set(type, list = new Listeners());
      if (list.find(callback, capture)) return;
      const l = { callback, capture, once: Boolean(o.once), passive: Boolean(o.passive), removed: false, signal: o.signal, abort: null };
      list.add(l);
      if (o.signal) {
        l.abort = () => list.remove(l);
        o.signal.addEventListener('abort', l.abort, { once: true });
      }
    }
    removeEventListener(type, callback, options) {
      const capture = Boolean(typeof options === 'object' && options !== null ? options.capture : options);
      const list = this.#listeners.get(String(type));
      if (!list) return;
      const l = list.find(callback, capture);
      if (l) list.remove(l);
    }
    dispatchEvent(event) {
      if (!(event instanceof Event)) throw new TypeError('dispatchEvent: the argument must be an Event');
      const state = event[internal];
      if (state.phase) throw new DOMException('The event is already being dispatched', 'InvalidStateError');
      state.target = this;
      state.phase = 2;
      state.stop = false;
      const list = this.#listeners.get(event.type);
      if (list) {
        for (const l of [...list.all]) {
          if (l.removed) continue;
          if (l.once) list.remove(l);
          state.passive = l.passive;
          try {
            if (typeof l.callback === 'function') l.callback.call(this, event);
            else l.callback.handleEvent(event);
          } catch (error) {
            host.report(error);
          }
          state.passive = false;
          if (state.stop) break;
        }
      }
      state.phase = 0;
      return !event.defaultPrevented;
    }
    get [Symbol.toStringTag]() { return 'EventTarget'; }
  }

  let key; // lets only this file construct signals
  class AbortSignal extends EventTarget {
    #aborted = false; #reason; #handler = null; #dependents = null;
    constructor(secret) {
      if (secret !== (key ??= {})) throw new TypeError('Illegal constructor: use AbortController, AbortSignal.abort or AbortSignal.timeout');
      super();
    }
    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    get onabort() { return this.#handler; }
    set onabort(f) {
      if (this.#handler) this.removeEventListener('abort', this.#handler);
      this.#handler = typeof f === 'function' ? f : null;
      if (this.#handler) this.addEventListener('abort', this.#handler);
    }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    static abort(reason) { return raise(make(), reason); }
    // timeout keeps the run awake until it fires, unlike in a browser: a task
    // that waits for nothing else is a deadlock only after it.
    static timeout(ms) {
      const delay = Number(ms);
      if (Number.isNaN(delay)) throw new TypeError('AbortSignal.timeout: milliseconds must be a number');
      if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
        throw new RangeError('AbortSignal.timeout: milliseconds must be a number from 0 to 2^53-1');
      }
      const signal = make();
      host.backgroundTimer(() => raise(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay);
      return signal;
    }
    static any(signals) {
      const sources = [...signals];
      for (const s of sources) if (!(s instanceof AbortSignal)) throw new TypeError('AbortSignal.any: every element must be an AbortSignal');
      const signal = make();
      const done = sources.find((s) => s.#aborted);
      if (done) return raise(signal, done.#reason);
      for (const s of sources) (s.#dependents ??= []).push(signal);
      return signal;
    }
    static {
      raise = (signal, reason) => {
        const reached = mark(signal, reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason, []);
        for (const s of reached) s.dispatchEvent(new Event('abort'));
        return signal;
      };
      mark = (signal, reason, reached) => {
        const open = [signal];
        for (const s of open) { // and those that are added on the way
          if (s.#aborted) continue;
          s.#aborted = true;
          s.#reason = reason;
          reached.push(s);
          if (s.#dependents) for (const d of s.#dependents) open.push(d);
          s.#dependents = null;
        }
        return reached;
      };
    }
    get [Symbol.toStringTag]() { return 'AbortSignal'; }
  }
  var raise, mark;
  function make() { return new AbortSignal(key ??= {}); }

  class AbortController {
    #signal = make();
    get signal() { return this.#signal; }
    abort(reason) { raise(this.#signal, reason); }
    get [Symbol.toStringTag]() { return 'AbortController'; }
  }

  class CustomEvent extends Event {
    #detail;
    constructor(type, init = undefined) {
      super(type, init);
      this.#detail = init !== undefined && init !== null && init.detail !== undefined ? init.detail : null;
    }
    get detail() { return this.#detail; }
    get [Symbol.toStringTag]() { return 'CustomEvent'; }
  }
  return { DOMException, Event, CustomEvent, EventTarget, AbortSignal, AbortController };
})
