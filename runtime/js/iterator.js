// Iterator and its helper methods.
(function () {
  'use strict';
  const proto = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  function Iterator() {
    if (new.target === undefined || this === undefined || new.target === Iterator) throw new TypeError('Iterator is abstract: extend it or use Iterator.from');
  }
  Object.defineProperty(Iterator, 'prototype', { __proto__: null, value: proto, writable: false });
  function callable(f, it, name) {
    if (typeof f === 'function') return f;
    close(it);
    throw new TypeError(`Iterator.prototype.${name}: the argument must be a function`);
  }
  function count(n, it, name) {
    const limit = Number(n);
    if (Number.isNaN(limit) || Math.trunc(limit) < 0) {
      close(it);
      throw new RangeError(`Iterator.prototype.${name}: ${String(n)} must be a number from 0`);
    }
    return Math.trunc(limit);
  }
  function object(it, name) {
    if ((typeof it !== 'object' || it === null) && typeof it !== 'function') throw new TypeError(`Iterator.prototype.${name}: called on a value that is not an object`);
    return it;
  }
  function close(it) { if (it.return !== undefined && it.return !== null) it.return(); }
  // steps reads it with its own next; leaving early closes it.
  function steps(it) {
    const next = it.next;
    return { [Symbol.iterator]() { return { next: () => next.call(it), return: () => { close(it); return {}; } }; } };
  }
  function* mapping(it, f) { let i = 0; for (const v of steps(it)) yield f(v, i++); }
  function* filtering(it, f) { let i = 0; for (const v of steps(it)) if (f(v, i++)) yield v; }
  function* taking(it, n) {
    if (n === 0) return close(it);
    let left = n;
    for (const v of steps(it)) {
      yield v;
      if (--left <= 0) return;
    }
  }
  function* dropping(it, n) { let left = n; for (const v of steps(it)) if (left > 0) left--; else yield v; }
  function* flattening(it, f) {
    let i = 0;
    for (const v of steps(it)) {
      const inner = f(v, i++);
      if ((typeof inner !== 'object' || inner === null) && typeof inner !== 'function') throw new TypeError('Iterator.prototype.flatMap: the callback must return an iterable object');
      yield* (inner[Symbol.iterator] === undefined ? steps(inner) : inner);
    }
  }
  const methods = {
    map(f) { return mapping(object(this, 'map'), callable(f, this, 'map')); },
    filter(f) { return filtering(object(this, 'filter'), callable(f, this, 'filter')); },
    take(n) { return taking(object(this, 'take'), count(n, this, 'take')); },
    drop(n) { return dropping(object(this, 'drop'), count(n, this, 'drop')); },
    flatMap(f) { return flattening(object(this, 'flatMap'), callable(f, this, 'flatMap')); },
    reduce(f, ...initial) {
      callable(f, object(this, 'reduce'), 'reduce');
      let result = initial[0], i = 0, empty = initial.length === 0;
      for (const v of steps(this)) {
        if (empty) { result = v; empty = false; } else result = f(result, v, i);
        i++;
      }
      if (empty) throw new TypeError('Reduce of empty iterator with no initial value');
      return result;
    },
    toArray() { return Array.from(steps(object(this, 'toArray'))); },
    forEach(f) { callable(f, object(this, 'forEach'), 'forEach'); let i = 0; for (const v of steps(this)) f(v, i++); },
    some(f) { callable(f, object(this, 'some'), 'some'); let i = 0; for (const v of steps(this)) if (f(v, i++)) return true; return false; },
    every(f) { callable(f, object(this, 'every'), 'every'); let i = 0; for (const v of steps(this)) if (!f(v, i++)) return false; return true; },
    find(f) { callable(f, object(this, 'find'), 'find'); let i = 0; for (const v of steps(this)) if (f(v, i++)) return v; return undefined; },
  };
  const statics = {
    from(source) {
      if (typeof source !== 'string' && ((typeof source !== 'object' || source === null) && typeof source !== 'function')) throw new TypeError('Iterator.from: the argument must be an iterator, an iterable or a string');
      const method = source[Symbol.iterator];
      const it = method === undefined || method === null ? source : method.call(source);
      if (proto.isPrototypeOf(it)) return it;
      const next = it.next;
      return Object.assign(Object.create(proto), { next: (...a) => next.apply(it, a), return: () => (it.return ? it.return() : { value: undefined, done: true }) });
    },
  };
  Object.defineProperty(Iterator, 'from', { __proto__: null, value: statics.from, writable: true, configurable: true });
  return { 'Iterator.prototype': { constructor: Iterator, ...methods }, globalThis: { Iterator } };
})
