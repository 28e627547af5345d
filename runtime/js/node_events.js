// node:events: EventEmitter.
(function () {
  'use strict';
  const fail = (Class, code, message) => Object.assign(new Class(message), { code });
  class EventEmitter {
    static defaultMaxListeners = 10;
    #events = new Map();
    #add(name, listener, once, first) {
      if (typeof listener !== 'function') throw fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The "listener" argument must be of type function. Received ${listener === null ? 'null' : typeof listener}`);
      if (this.#events.has('newListener')) this.emit('newListener', name, listener);
      let list = this.#events.get(name);
      if (list === undefined) this.#events.set(name, list = []);
      if (first) list.unshift({ listener, once });
      else list.push({ listener, once });
      return this;
    }
    on(name, listener) { return this.#add(name, listener, false, false); }
    addListener(name, listener) { return this.on(name, listener); }
    once(name, listener) { return this.#add(name, listener, true, false); }
    prependListener(name, listener) { return this.#add(name, listener, false, true); }
    prependOnceListener(name, listener) { return this.#add(name, listener, true, true); }
    off(name, listener) {
      const list = this.#events.get(name) ?? [], at = list.findLastIndex((e) => e.listener === listener);
      if (at < 0) return this;
      const left = list.filter((_, i) => i !== at);
      if (left.length) this.#events.set(name, left);
      else this.#events.delete(name);
      if (this.#events.has('removeListener')) this.emit('removeListener', name, listener);
      return this;
    }
    removeListener(name, listener) { return this.off(name, listener); }
    removeAllListeners(name) {
      if (arguments.length === 0) this.#events.clear();
      else this.#events.delete(name);
      return this;
    }
    emit(name, ...args) {
      const list = this.#events.get(name);
      if (list === undefined) {
        if (name !== 'error') return false;
        if (args[0] instanceof Error) throw args[0];
        throw Object.assign(fail(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${typeof args[0] === 'string' ? `'${args[0]}'` : String(args[0])})`), { context: args[0] });
      }
      for (const e of list.slice()) {
        if (e.once) this.off(name, e.listener);
        Reflect.apply(e.listener, this, args);
      }
      return true;
    }
    listeners(name) { return (this.#events.get(name) ?? []).map((e) => e.listener); }
    rawListeners(name) { return this.listeners(name); }
    listenerCount(name) { return (this.#events.get(name) ?? []).length; }
    eventNames() { return [...this.#events.keys()]; }
    setMaxListeners() { return this; }
    getMaxListeners() { return EventEmitter.defaultMaxListeners; }
    static once(emitter, name) {
      return new Promise((resolve, reject) => {
        const failed = (error) => { emitter.off(name, done); reject(error); };
        const done = (...args) => { emitter.off('error', failed); resolve(args); };
        emitter.once(name, done);
        if (name !== 'error') emitter.once('error', failed);
      });
    }
  }
  EventEmitter.EventEmitter = EventEmitter;
  return { 'node:events': EventEmitter };
})
