// Buffers that can be resized: they have room for their greatest length from
// the start, and the host sets how much of it their views show.
(function (host) {
  'use strict';
  const sizes = new WeakMap(); // of a buffer that can be resized: its length, the greatest, and its views
  const { ArrayBuffer, Uint8Array: Bytes } = globalThis, { prototype } = ArrayBuffer;
  const native = Object.getOwnPropertyDescriptor(prototype, 'byteLength').get, { slice } = prototype;
  const count = (value) => {
    const n = Math.trunc(Number(value)) || 0;
    if (!(n >= 0 && n <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`Invalid array buffer length`);
    return n;
  };
  // show sets what a view shows: as much as there is, what it was given, or nothing.
  function show({ made, from, length, unit }, size) {
    const room = Math.floor((size.length - from) / unit);
    host.show(made, length === undefined ? Math.max(room, 0) : length <= room ? length : 0);
  }
  // replacing is a constructor in the place of another.
  function replacing(name, construct) {
    const target = globalThis[name];
    const made = { [name]: function (...args) {
      if (new.target === undefined || this === undefined) throw new TypeError(`Constructor ${name} requires 'new'`);
      return construct(target, args, new.target === made ? target : new.target);
    } }[name];
    Object.setPrototypeOf(made, Object.getPrototypeOf(target));
    for (const key of Reflect.ownKeys(target)) Object.defineProperty(made, key, { __proto__: null, ...Object.getOwnPropertyDescriptor(target, key) });
    for (const [o, key] of [[target.prototype, 'constructor'], [globalThis, name]]) Object.defineProperty(o, key, { __proto__: null, value: made, writable: true, configurable: true, enumerable: false });
  }
  replacing('ArrayBuffer', (target, [length, options], as) => {
    const most = typeof options === 'object' && options !== null ? options.maxByteLength : undefined;
    if (most === undefined) return Reflect.construct(target, [length], as);
    const size = { length: count(length), most: count(most), views: [] };
    if (size.length > size.most) throw new RangeError('Invalid array buffer max length');
    const buffer = Reflect.construct(target, [size.most], as);
    sizes.set(buffer, size);
    return buffer;
  });
  const methods = {
    get byteLength() {
      const own = native.call(this), size = sizes.get(this);
      return size !== undefined && own > 0 ? size.length : own;
    },
    get maxByteLength() { return native.call(this) && (sizes.get(this)?.most ?? native.call(this)); },
    get resizable() { return native.call(this) >= 0 && sizes.has(this); },
    resize(length) {
      const size = sizes.get(this), to = count(length);
      if (size === undefined) throw new TypeError(`Method ArrayBuffer.prototype.resize called on incompatible receiver ${String(this)}`);
      if (to > size.most) throw new RangeError("ArrayBuffer.prototype.resize: Invalid length parameter");
      if (to < size.length) new Bytes(this, to, size.length - to).fill(0);
      size.length = to;
      for (const v of size.views) show(v, size);
    },
    slice(start, end) {
      const size = sizes.get(this);
      if (size === undefined) return slice.call(this, start, end);
      const whole = slice.call(this, 0, size.length);
      return slice.call(whole, start, end);
    },
  };
  for (const [name, p] of Object.entries(Object.getOwnPropertyDescriptors(methods))) Object.defineProperty(prototype, name, { ...p, enumerable: false });
  for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView']) {
    replacing(name, (target, args, as) => {
      const size = sizes.get(args[0]), [, from = 0, length] = args;
      if (size !== undefined) {
        const unit = target.BYTES_PER_ELEMENT ?? 1, view = { made: null, from: count(from), length: length === undefined ? undefined : count(length), unit };
        if (view.from > size.length || view.from + (view.length ?? 0) * unit > size.length) throw new RangeError(name === 'DataView' ? `Start offset ${from} is outside the bounds of the buffer` : `Invalid typed array length: ${length}`);
        if (length === undefined && name !== 'DataView') args[2] = Math.floor((size.most - view.from) / unit);
        view.made = Reflect.construct(target, args, as);
        size.views.push(view);
        show(view, size);
        return view.made;
      }
      return Reflect.construct(target, args, as);
    });
  }
  return {};
})
