// RegExp with patterns the engine reads right and clear errors for the rest.
(function (host) {
  'use strict';
  const Native = RegExp;
  const { exec, test } = Native.prototype, natives = { exec, test };
  const lone = /[\uD800-\uDFFF]/u;
  // Go's strings cannot hold lone surrogates: they go over as escapes.
  function prepare(text, flags) {
    if (lone.test(text)) text = Array.from(text, (c) => (lone.test(c) ? '\\u' + c.charCodeAt(0).toString(16) : c)).join('');
    return host.pattern(text, flags);
  }
  function make(text, flags, target) {
    const [pattern, known, number] = prepare(text, flags);
    const re = Reflect.construct(Native, [pattern, known], target);
    if (number < 0) return re;
    if (re.exec === RegExp_.prototype.exec && re.test === RegExp_.prototype.test) return host.own(re, number);
    for (const name of ['exec', 'test']) { // a class of the task's own comes back to these
      if (RegExp_.prototype[name] === natives[name]) Object.defineProperty(RegExp_.prototype, name, { __proto__: null, value: methods[name] });
    }
    return re;
  }
  function RegExp_(pattern, flags) {
    // The engine's new.target is that of a constructor around the call, too.
    const target = new.target !== undefined && this !== undefined && Object.getPrototypeOf(this) === new.target.prototype ? new.target : undefined;
    const isRegExp = typeof pattern === 'object' && pattern !== null && (pattern[Symbol.match] !== undefined ? Boolean(pattern[Symbol.match]) : pattern instanceof Native);
    if (target === undefined && isRegExp && flags === undefined && pattern.constructor === RegExp_) return pattern;
    const text = isRegExp ? pattern.source : pattern === undefined ? '' : `${pattern}`;
    const given = flags === undefined ? (isRegExp ? pattern.flags : '') : `${flags}`;
    return make(text, given, target === undefined ? RegExp_ : target);
  }
  Object.defineProperty(RegExp_, 'name', { __proto__: null, value: 'RegExp' });
  Object.defineProperty(RegExp_, 'length', { __proto__: null, value: 2 });
  RegExp_.prototype = Native.prototype;
  Object.defineProperty(RegExp_, 'prototype', { __proto__: null, writable: false, enumerable: false });
  for (const key of Reflect.ownKeys(Native)) {
    if (Object.hasOwn(RegExp_, key)) continue;
    const method = typeof key === 'string' && { __proto__: null, value: Native[key], writable: true, configurable: true };
    Object.defineProperty(RegExp_, key, method || { __proto__: null, ...Object.getOwnPropertyDescriptor(Native, key) });
  }

  // A literal in code made at run time comes past here as it was written: what
  // runs is the twin that is made of it.
  const twins = new WeakMap();
  function twin(literal) {
    let made = twins.get(literal);
    if (made === undefined) {
      made = make(literal.source, literal.flags, RegExp_);
      twins.set(literal, made);
    }
    return made;
  }
  const raw = (re) => re instanceof Native && re.unicode && test.call(/\\p/i, re.source);
  const methods = {
    exec(text) {
      const found = host.exec(this, text);
      if (found !== undefined) return found;
      if (!raw(this)) return exec.call(this, text);
      const made = twin(this);
      made.lastIndex = this.lastIndex;
      const match = made.exec(text);
      this.lastIndex = made.lastIndex;
      return match;
    },
    test(text) { return this.exec(text) !== null; },
  };
  return { globalThis: { RegExp: RegExp_ }, 'RegExp.prototype': { constructor: RegExp_, ...methods } };
})
