// What the engine lacks of ES2023 to ES2025, by the built-in it belongs to.
(function () {
  'use strict';
  const made = {};
  function add(object, name, value) { (made[object] ??= {})[name] = value; }
  const object = (v) => (typeof v === 'object' && v !== null) || typeof v === 'function';
  function callable(f, where) {
    if (typeof f !== 'function') throw new TypeError(`${where}: the argument must be a function`);
    return f;
  }

  add('Object', 'groupBy', { groupBy(items, callback) {
    callable(callback, 'Object.groupBy');
    const groups = Object.create(null);
    let i = 0;
    for (const item of items) {
      const key = callback(item, i++);
      const name = typeof key === 'symbol' ? key : String(key);
      (groups[name] ??= []).push(item);
    }
    return groups;
  } }.groupBy);
  add('Map', 'groupBy', { groupBy(items, callback) {
    callable(callback, 'Map.groupBy');
    const groups = new Map();
    let i = 0;
    for (const item of items) {
      const key = callback(item, i++);
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
    return groups;
  } }.groupBy);
  add('Promise', 'withResolvers', { withResolvers() {
    let resolve, reject;
    const promise = new this((yes, no) => { resolve = yes; reject = no; });
    return { promise, resolve, reject };
  } }.withResolvers);
  add('Promise', 'try', { try(callback, ...args) { return new this((resolve) => resolve(callback(...args))); } }.try);
  // The engine's own says nothing in its error.
  add('Promise', 'any', { any(promises) {
    let resolve, reject;
    const result = new this((yes, no) => {
      if (resolve !== undefined || reject !== undefined) throw new TypeError('Promise executor has already been invoked with non-undefined arguments');
      resolve = yes;
      reject = no;
    });
    callable(resolve, 'Promise.any');
    callable(reject, 'Promise.any');
    const errors = [];
    let left = 1;
    const over = () => { if (--left === 0) reject(new AggregateError(errors, 'All promises were rejected')); };
    try {
      const made = this.resolve;
      if (typeof made !== 'function') throw new TypeError('Promise resolve or reject function is not callable');
      for (const promise of promises) {
        const i = errors.push(undefined) - 1;
        let called = false;
        left++;
        made.call(this, promise).then(resolve, (error) => {
          if (called) return;
          called = true;
          errors[i] = error;
          over();
        });
      }
      over();
    } catch (error) {
      reject(error);
    }
    return result;
  } }.any);
  add('Array', 'fromAsync', { async fromAsync(source, map = undefined, thisArg = undefined) {
    if (map !== undefined) callable(map, 'Array.fromAsync');
    if (source === undefined || source === null) throw new TypeError(`Array.fromAsync: ${source} is not iterable`);
    const result = [];
    const keep = async (v) => { result.push(map ? await map.call(thisArg, v, result.length) : v); };
    const asyncIterator = source[Symbol.asyncIterator];
    if (asyncIterator !== undefined && asyncIterator !== null) {
      const it = asyncIterator.call(source);
      for (;;) {
        const step = await it.next();
        if (!object(step)) throw new TypeError('Array.fromAsync: the iterator result is not an object');
        if (step.done) break;
        try {
          await keep(step.value);
        } catch (error) {
          if (it.return) await it.return();
          throw error;
        }
      }
    } else if (source[Symbol.iterator] !== undefined && source[Symbol.iterator] !== null) {
      for (const v of source) await keep(await v);
    } else {
      const n = Math.min(Math.max(Math.trunc(Number(source.length)) || 0, 0), Number.MAX_SAFE_INTEGER);
      for (let i = 0; i < n; i++) await keep(await source[i]);
    }
    return result;
  } }.fromAsync);

  const text = (v, name) => {
    if (v === undefined || v === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    return String(v);
  };
  const lone = /[\uD800-\uDFFF]/u;
  // The engine's own replace copies the text for each match.
  function wellFormed(text) {
    if (!lone.test(text)) return text;
    const out = [];
    for (const c of text) {
      const code = c.charCodeAt(0);
      out.push(c.length === 1 && code >= 0xD800 && code <= 0xDFFF ? '\uFFFD' : c);
    }
    return out.join('');
  }
  add('String.prototype', 'isWellFormed', { isWellFormed() { return !lone.test(text(this, 'isWellFormed')); } }.isWellFormed);
  add('String.prototype', 'toWellFormed', { toWellFormed() { return wellFormed(text(this, 'toWellFormed')); } }.toWellFormed);
  add('Error', 'captureStackTrace', { captureStackTrace(target, _) {
    if (!object(target)) throw new TypeError('Error.captureStackTrace: the target must be an object');
    const lines = String(new Error().stack).split('\n').slice(2);
    const head = target instanceof Error ? String(target) : 'Error';
    Object.defineProperty(target, 'stack', { __proto__: null, value: [head, ...lines].join('\n'), writable: true, configurable: true });
  } }.captureStackTrace);
  add('RegExp', 'escape', { escape(text) {
    if (typeof text !== 'string') throw new TypeError('RegExp.escape: the argument must be a string');
    const hex = (c) => '\\x' + c.charCodeAt(0).toString(16).padStart(2, '0');
    const out = []; // a text that grows by += is copied each time
    for (const c of text) {
      const code = c.codePointAt(0);
      if (out.length === 0 && /[0-9A-Za-z]/.test(c)) out.push(hex(c));
      else if ('^$\\.*+?()[]{}|/'.includes(c)) out.push('\\' + c);
      else if ('\t\n\v\f\r'.includes(c)) out.push('\\' + { '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r' }[c]);
      else if (',-=<>#&!%:;@~\'`"'.includes(c)) out.push(hex(c));
      else if (/\s/.test(c) || (code >= 0xD800 && code <= 0xDFFF)) {
        out.push(code <= 0xFF ? hex(c) : '\\u' + code.toString(16).padStart(4, '0'));
      } else out.push(c);
    }
    return out.join('');
  } }.escape);

  // The engine's own refuses strings, as in Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).
  const { from } = Object.getPrototypeOf(Int8Array);
  add('TypedArray', 'from', { from(source, map = undefined, thisArg = undefined) {
    return from.call(this, typeof source === 'string' ? Array.from(source) : source, map, thisArg);
  } }.from);
  return made;
})
