// structuredClone. It walks with a list of open objects, so depth costs no stack.
(function (host, need) {
  'use strict';
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  function fail(what) {
    return new (need('DOMException'))(`${what} could not be cloned.`, 'DataCloneError');
  }

  function structuredClone(value, options) {
    if (arguments.length === 0) throw new TypeError('structuredClone: the argument value is missing');
    const transfer = options && options.transfer ? [...options.transfer] : [];
    for (const buffer of transfer) {
      if (host.brand(buffer) !== 'ArrayBuffer') throw fail('Value not transferable: only an ArrayBuffer is; it');
    }
    if (new Set(transfer).size < transfer.length) throw fail('ArrayBuffer occurs in the transfer list more than once and');
    const seen = new Map();
    const open = [];
    function copy(v) {
      switch (typeof v) {
        case 'symbol': throw fail(String(v));
        case 'function': throw fail(host.functionText(v));
        case 'object': break;
        default: return v;
      }
      if (v === null) return v;
      const known = seen.get(v);
      if (known !== undefined) return known;
      const made = shell(v, copy, open);
      seen.set(v, made);
      return made;
    }
    const result = copy(value);
    while (open.length > 0) fill(open.pop(), copy);
    for (const buffer of transfer) host.detach(buffer);
    return result;
  }

  // shell makes the empty counterpart of v; what is inside is filled in later.
  function shell(v, copy, open) {
    if (ArrayBuffer.isView(v)) return view(v, copy);
    switch (host.brand(v)) {
      case 'Array': { const a = new Array(v.length); open.push([v, a, 'props']); return a; }
      case 'Object': { refuse(v); const o = {}; open.push([v, o, 'props']); return o; }
      case 'Map': { const m = new Map(); open.push([v, m, 'map', Array.from(Map.prototype.entries.call(v))]); return m; }
      case 'Set': { const s = new Set(); open.push([v, s, 'set', Array.from(Set.prototype.values.call(v))]); return s; }
      case 'Date': return new Date(Date.prototype.getTime.call(v));
      case 'RegExp': return new RegExp(v.source, v.flags);
      case 'Boolean': return Object(Boolean.prototype.valueOf.call(v));
      case 'Number': return Object(Number.prototype.valueOf.call(v));
      case 'String': return Object(String.prototype.valueOf.call(v));
      case 'BigInt': return Object(BigInt.prototype.valueOf.call(v));
      case 'ArrayBuffer': return ArrayBuffer.prototype.slice.call(v, 0);
      case 'Error': return error(v, open);
      default: throw fail(`#<${(v.constructor && v.constructor.name) || 'Object'}>`);
    }
  }

  // refuse stops objects whose meaning is not in their properties.
  const hosts = new Set(['WeakMap', 'WeakSet', 'Generator', 'AsyncGenerator', 'Array Iterator', 'Map Iterator', 'Set Iterator', 'String Iterator', 'RegExp String Iterator',
    'URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'AbortSignal', 'AbortController', 'EventTarget', 'Event', 'CryptoKey', 'Crypto', 'SubtleCrypto', 'TextEncoder', 'TextDecoder']);
  function refuse(v) {
    const tag = v[Symbol.toStringTag];
    if (tag !== undefined && !Object.hasOwn(v, Symbol.toStringTag) && hosts.has(tag)) throw fail(`#<${tag}>`);
  }

  const arrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Int8Array.prototype), Symbol.toStringTag).get;
  function view(v, copy) {
    const buffer = copy(v.buffer);
    const kind = arrayTag.call(v) || 'DataView';
    const size = kind === 'DataView' ? v.byteLength : v.length;
    return new ({ DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array }[kind])(buffer, v.byteOffset, size);
  }

  function error(v, open) {
    const name = v.name === undefined ? 'Error' : String(v.name);
    const made = Object.create((Object.hasOwn(errors, name) ? errors[name] : Error).prototype);
    const real = new Error();
    Object.setPrototypeOf(real, Object.getPrototypeOf(made));
    delete real.stack;
    const message = Object.getOwnPropertyDescriptor(v, 'message');
    if (message && 'value' in message) hidden(real, 'message', String(message.value));
    hidden(real, 'stack', String(v.stack));
    if (Object.hasOwn(v, 'cause')) open.push([v, real, 'cause']);
    return real;
  }
  function hidden(o, name, value) {
    Object.defineProperty(o, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
  }

  function fill([from, to, kind, entries], copy) {
    switch (kind) {
      case 'props':
        for (const key of Object.keys(from)) {
          Object.defineProperty(to, key, { __proto__: null, value: copy(from[key]), writable: true, configurable: true, enumerable: true });
        }
        return;
      case 'map': for (const [k, v] of entries) to.set(copy(k), copy(v)); return;
      case 'set': for (const v of entries) to.add(copy(v)); return;
      case 'cause': hidden(to, 'cause', copy(from.cause));
    }
  }
  return { structuredClone };
})
