// RegExp with patterns the engine reads right and clear errors for the rest.
(function (host) {
  'use strict';
  const Native = RegExp;
  function RegExp_(pattern, flags) {
    const isRegExp = typeof pattern === 'object' && pattern !== null && (pattern[Symbol.match] !== undefined ? Boolean(pattern[Symbol.match]) : false);
    if (new.target === undefined && isRegExp && flags === undefined && pattern.constructor === RegExp_) return pattern;
    const text = isRegExp ? pattern.source : pattern === undefined ? '' : `${pattern}`;
    const given = flags === undefined ? (isRegExp ? pattern.flags : '') : `${flags}`;
    return Reflect.construct(Native, [host.pattern(text, given), given], new.target === undefined ? RegExp_ : new.target);
  }
  Object.defineProperty(RegExp_, 'name', { value: 'RegExp' });
  Object.defineProperty(RegExp_, 'length', { value: 2 });
  RegExp_.prototype = Native.prototype;
  Object.defineProperty(RegExp_, 'prototype', { writable: false, enumerable: false });
  for (const key of Reflect.ownKeys(Native)) {
    if (!Object.hasOwn(RegExp_, key)) Object.defineProperty(RegExp_, key, Object.getOwnPropertyDescriptor(Native, key));
  }
  return { globalThis: { RegExp: RegExp_ }, 'RegExp.prototype': { constructor: RegExp_ } };
})
