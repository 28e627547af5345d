// What Annex B of the standard asks for and the engine lacks.
(function () {
  'use strict';
  const object = (v, name) => {
    if (v === undefined || v === null) throw new TypeError(`Object.prototype.${name} called on null or undefined`);
    return Object(v);
  };
  const callable = (f, name) => {
    if (typeof f !== 'function') throw new TypeError(`Object.prototype.${name}: Expecting function`);
    return f;
  };
  function find(o, key, which) {
    const name = typeof key === 'symbol' ? key : `${key}`;
    for (; o !== null; o = Object.getPrototypeOf(o)) {
      const d = Object.getOwnPropertyDescriptor(o, name);
      if (d !== undefined) return d[which];
    }
    return undefined;
  }
  const accessors = {
    __defineGetter__(key, get) { Object.defineProperty(object(this, '__defineGetter__'), key, { __proto__: null, get: callable(get, '__defineGetter__'), enumerable: true, configurable: true }); },
    __defineSetter__(key, set) { Object.defineProperty(object(this, '__defineSetter__'), key, { __proto__: null, set: callable(set, '__defineSetter__'), enumerable: true, configurable: true }); },
    __lookupGetter__(key) { return find(object(this, '__lookupGetter__'), key, 'get'); },
    __lookupSetter__(key) { return find(object(this, '__lookupSetter__'), key, 'set'); },
  };
  function html(text, name, tag, attribute, value) {
    if (text === undefined || text === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
    const head = attribute === '' ? tag : `${tag} ${attribute}="${`${value}`.replaceAll('"', '&quot;')}"`;
    return `<${head}>${text}</${tag}>`;
  }
  const tags = {
    anchor(name) { return html(this, 'anchor', 'a', 'name', name); },
    big() { return html(this, 'big', 'big', ''); },
    blink() { return html(this, 'blink', 'blink', ''); },
    bold() { return html(this, 'bold', 'b', ''); },
    fixed() { return html(this, 'fixed', 'tt', ''); },
    fontcolor(color) { return html(this, 'fontcolor', 'font', 'color', color); },
    fontsize(size) { return html(this, 'fontsize', 'font', 'size', size); },
    italics() { return html(this, 'italics', 'i', ''); },
    link(url) { return html(this, 'link', 'a', 'href', url); },
    small() { return html(this, 'small', 'small', ''); },
    strike() { return html(this, 'strike', 'strike', ''); },
    sub() { return html(this, 'sub', 'sub', ''); },
    sup() { return html(this, 'sup', 'sup', ''); },
  };
  const { getFullYear, setFullYear, toUTCString } = Date.prototype;
  const dates = {
    toGMTString: toUTCString,
    getYear() { return getFullYear.call(this) - 1900; },
    setYear(year) {
      const y = Number(year);
      const t = Date.prototype.getTime.call(this);
      if (Number.isNaN(y)) return this.setTime(NaN);
      if (Number.isNaN(t)) this.setTime(0);
      const whole = Math.trunc(y);
      return setFullYear.call(this, whole >= 0 && whole <= 99 ? 1900 + whole : y);
    },
  };
  return { 'Object.prototype': accessors, 'String.prototype': tags, 'Date.prototype': dates };
})
