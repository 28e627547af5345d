// RegExp with patterns the engine reads right and clear errors for the rest.
(function (host) {
  'use strict';
  const Native = RegExp;
  const { exec, test } = Native.prototype;
  const lone = /[\uD800-\uDFFF]/u;
  // Go's strings cannot hold lone surrogates: they go over as escapes.
  function expand(text, flags) {
    if (flags.includes('u') && lone.test(text)) text = Array.from(text, (c) => (lone.test(c) ? '\\u' + c.charCodeAt(0).toString(16) : c)).join('');
    return host.pattern(text, flags);
  }
  function RegExp_(pattern, flags) {
    const isRegExp = typeof pattern === 'object' && pattern !== null && (pattern[Symbol.match] !== undefined ? Boolean(pattern[Symbol.match]) : false);
    if (new.target === undefined && isRegExp && flags === undefined && pattern.constructor === RegExp_) return pattern;
    const text = isRegExp ? pattern.source : pattern === undefined ? '' : `${pattern}`;
    const given = flags === undefined ? (isRegExp ? pattern.flags : '') : `${flags}`;
    return Reflect.construct(Native, [expand(text, given), given], new.target === undefined ? RegExp_ : new.target);
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

  // A literal in code made at run time comes past here with its classes as
  // written: what runs is its expanded twin.
  const twins = new WeakMap();
  function twin(literal) {
    let made = twins.get(literal);
    if (made === undefined) {
      made = new Native(expand(literal.source, literal.flags), literal.flags);
      twins.set(literal, made);
    }
    return made;
  }
  const raw = (re) => re instanceof Native && re.unicode && test.call(/\\p/i, re.source);
  const methods = {
    exec(text) {
      if (!raw(this)) return exec.call(this, text);
      const made = twin(this);
      made.lastIndex = this.lastIndex;
      const found = exec.call(made, text);
      this.lastIndex = made.lastIndex;
      return found;
    },
    test(text) { return raw(this) ? this.exec(text) !== null : test.call(this, text); },
  };
  return { globalThis: { RegExp: RegExp_ }, 'RegExp.prototype': { constructor: RegExp_, ...methods } };
})
