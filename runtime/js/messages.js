// MessageChannel: two ports that give each other copies of values.
(function (host, need) {
  'use strict';
  const EventTarget = need('EventTarget'), Event = need('Event');
  class MessageEvent extends Event {
    #data; #init; #ports;
    constructor(type, init = {}) {
      super(type, init);
      this.#data = init?.data ?? null;
      this.#init = init ?? {};
      this.#ports = Object.freeze([...this.#init.ports ?? []]);
    }
    get data() { return this.#data; }
    get origin() { return String(this.#init.origin ?? ''); }
    get lastEventId() { return String(this.#init.lastEventId ?? ''); }
    get source() { return this.#init.source ?? null; }
    get ports() { return this.#ports; }
    get [Symbol.toStringTag]() { return 'MessageEvent'; }
  }
  let made = false, join;
  class MessagePort extends EventTarget {
    #other = null; #handler = null; #waiting = []; #open = false;
    constructor() {
      if (!made) throw new TypeError('Illegal constructor: use MessageChannel');
      super();
    }
    static { join = (a, b) => { a.#other = b; b.#other = a; }; }
    get onmessage() { return this.#handler; }
    set onmessage(handler) {
      if (this.#handler !== null) this.removeEventListener('message', this.#handler);
      this.#handler = typeof handler === 'function' ? handler : null;
      if (this.#handler !== null) this.addEventListener('message', this.#handler);
      this.start();
    }
    // As in Node, a port that is listened to is started.
    addEventListener(type, ...rest) {
      super.addEventListener(type, ...rest);
      if (type === 'message') this.start();
    }
    start() {
      if (this.#open) return;
      this.#open = true;
      for (const data of this.#waiting) this.#deliver(data);
      this.#waiting = [];
    }
    postMessage(value, options) {
      const data = need('structuredClone')(value, Array.isArray(options) ? { transfer: options } : options ?? undefined);
      const to = this.#other;
      if (to === null) return;
      if (to.#open) to.#deliver(data);
      else to.#waiting.push(data);
    }
    #deliver(data) { host.later(() => { if (this.#other !== null) this.dispatchEvent(new MessageEvent('message', { data })); }); }
    close() {
      if (this.#other === null) return;
      const other = this.#other;
      this.#other = other.#other = null;
      for (const port of [this, other]) host.later(() => port.dispatchEvent(new Event('close')));
    }
    ref() { return this; }
    unref() { return this; }
    get [Symbol.toStringTag]() { return 'MessagePort'; }
  }
  class MessageChannel {
    #ports;
    constructor() {
      made = true;
      this.#ports = [new MessagePort(), new MessagePort()];
      made = false;
      join(...this.#ports);
    }
    get port1() { return this.#ports[0]; }
    get port2() { return this.#ports[1]; }
    get [Symbol.toStringTag]() { return 'MessageChannel'; }
  }
  return { MessageEvent, MessageChannel, MessagePort };
})
