// WeakRef and FinalizationRegistry. A run is short: nothing is collected that a
// task could ask for, so a reference keeps its target and no callback is called.
(function () {
  'use strict';
  const registered = typeof Symbol.keyFor === 'function' ? Symbol.keyFor : () => undefined;
  const weakly = (v) => (typeof v === 'object' && v !== null) || typeof v === 'function' || (typeof v === 'symbol' && registered(v) === undefined);
  class WeakRef {
    #target;
    constructor(target) {
      if (!weakly(target)) throw new TypeError('WeakRef: target must be an object');
      this.#target = target;
    }
    deref() { return this.#target; }
  }
  class FinalizationRegistry {
    #tokens;
    constructor(cleanup) {
      if (typeof cleanup !== 'function') throw new TypeError('FinalizationRegistry: cleanup must be callable');
      this.#tokens = new WeakMap();
    }
    register(target, held) {
      if (!weakly(target)) throw new TypeError('FinalizationRegistry.prototype.register: invalid target');
      if (Object.is(target, held)) throw new TypeError('FinalizationRegistry.prototype.register: target and holdings must not be same');
      const token = arguments[2];
      if (token === undefined) { void this.#tokens; return; }
      if (!weakly(token)) throw new TypeError(`Invalid unregisterToken ('${String(token)}')`);
      this.#tokens.set(token, true);
    }
    unregister(token) {
      if (!weakly(token)) throw new TypeError(`Invalid unregisterToken ('${String(token)}')`);
      return this.#tokens.delete(token);
    }
  }
  for (const c of [WeakRef, FinalizationRegistry]) Object.defineProperty(c.prototype, Symbol.toStringTag, { __proto__: null, value: c.name, configurable: true });
  return { WeakRef, FinalizationRegistry };
})
