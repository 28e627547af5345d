// node:util.
(function (host, need) {
  'use strict';
  const setTimeout = need('setTimeout');
  const inspect = (value) => host.inspect(value);
  const format = (...args) => host.format(...args);
  function promisify(fn) {
    if (typeof fn !== 'function') throw Object.assign(new TypeError(`The "original" argument must be of type function. Received ${typeof fn}`), { code: 'ERR_INVALID_ARG_TYPE' });
    if (fn === setTimeout) return (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
    return function (...args) {
      return new Promise((resolve, reject) => {
        Reflect.apply(fn, this, [...args, (error, value) => (error ? reject(error) : resolve(value))]);
      });
    };
  }
  const callbackify = (fn) => (...args) => {
    const done = args.pop();
    fn(...args).then((value) => setTimeout(done, 0, null, value), (error) => setTimeout(done, 0, error));
  };
  const tag = (v) => Object.prototype.toString.call(v).slice(8, -1);
  function same(a, b, seen) {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || tag(a) !== tag(b)) return false;
    if (seen.has(a)) return seen.get(a) === b; // a circle
    seen.set(a, b);
    const equal = alike(a, b, seen);
    seen.delete(a);
    return equal;
  }
  function alike(a, b, seen) {
    if (a instanceof Date) { if (a.getTime() !== b.getTime() && !(Number.isNaN(a.getTime()) && Number.isNaN(b.getTime()))) return false; }
    else if (a instanceof RegExp) { if (String(a) !== String(b) || a.lastIndex !== b.lastIndex) return false; }
    else if (a instanceof Error) { if (a.message !== b.message || a.name !== b.name) return false; }
    else if (a instanceof Number || a instanceof String || a instanceof Boolean || a instanceof BigInt || a instanceof Symbol) { if (!Object.is(a.valueOf(), b.valueOf())) return false; }
    else if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b), seen);
    else if (ArrayBuffer.isView(a) && !(a instanceof DataView)) { if (a.length !== b.length || a.some((v, i) => !Object.is(v, b[i]))) return false; }
    else if (a instanceof Map) {
      if (a.size !== b.size) return false;
      for (const [k, v] of a) {
        if (b.has(k) ? !same(v, b.get(k), seen) : ![...b].some(([k2, v2]) => typeof k === 'object' && same(k, k2, seen) && same(v, v2, seen))) return false;
      }
    } else if (a instanceof Set) {
      if (a.size !== b.size) return false;
      for (const v of a) if (!b.has(v) && !(typeof v === 'object' && [...b].some((v2) => same(v, v2, seen)))) return false;
    }
    if (ArrayBuffer.isView(a)) return true;
    const keys = (o) => [...Object.keys(o), ...Object.getOwnPropertySymbols(o).filter((s) => Object.prototype.propertyIsEnumerable.call(o, s))];
    const mine = keys(a), others = keys(b);
    return mine.length === others.length && mine.every((k) => Object.hasOwn(b, k) && same(a[k], b[k], seen));
  }
  const types = {
    isDate: (v) => v instanceof Date, isRegExp: (v) => v instanceof RegExp, isPromise: (v) => v instanceof Promise, isMap: (v) => v instanceof Map, isSet: (v) => v instanceof Set,
    isWeakMap: (v) => v instanceof WeakMap, isWeakSet: (v) => v instanceof WeakSet, isNativeError: (v) => v instanceof Error, isTypedArray: (v) => ArrayBuffer.isView(v) && !(v instanceof DataView),
    isUint8Array: (v) => v instanceof Uint8Array, isArrayBuffer: (v) => v instanceof ArrayBuffer, isAnyArrayBuffer: (v) => v instanceof ArrayBuffer, isDataView: (v) => v instanceof DataView,
    isAsyncFunction: (v) => typeof v === 'function' && tag(v) === 'AsyncFunction', isGeneratorFunction: (v) => typeof v === 'function' && tag(v) === 'GeneratorFunction',
    isBoxedPrimitive: (v) => typeof v === 'object' && v !== null && ['Number', 'String', 'Boolean', 'BigInt', 'Symbol'].includes(tag(v)), 
  };
  return {
    'node:util': {
      inspect, format, promisify, callbackify, types, isDeepStrictEqual: (a, b) => same(a, b, new Map()), isArray: Array.isArray,
      inherits(constructor, parent) {
        Object.defineProperty(constructor, 'super_', { __proto__: null, value: parent, writable: true, configurable: true });
        Object.setPrototypeOf(constructor.prototype, parent.prototype);
      },
      deprecate: (fn) => fn, stripVTControlCharacters: (text) => String(text).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''), toUSVString: (text) => String(text).toWellFormed(),
      debuglog: () => () => {}, TextEncoder: need('TextEncoder'), TextDecoder: need('TextDecoder'),
    },
  };
})
