// node:path with slashes.
(function () {
  'use strict';
  function text(v, what = 'path') {
    if (typeof v !== 'string') throw Object.assign(new TypeError(`The "${what}" argument must be of type string. Received ${v === null ? 'null' : typeof v}`), { code: 'ERR_INVALID_ARG_TYPE' });
    return v;
  }
  function tidy(path, absolute) {
    const out = [];
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') out.push(part);
      else if (out.length && out.at(-1) !== '..') out.pop();
      else if (!absolute) out.push('..');
    }
    return out.join('/');
  }
  function normalize(path) {
    if (text(path) === '') return '.';
    const absolute = path[0] === '/';
    let out = tidy(path, absolute);
    if (out === '' && !absolute) out = '.';
    if (out !== '' && path.at(-1) === '/') out += '/';
    return (absolute ? '/' : '') + out;
  }
  const join = (...parts) => normalize(parts.filter((p) => text(p) !== '').join('/'));
  function resolve(...parts) {
    let path = '';
    for (const part of parts.reverse()) {
      if (text(part) === '') continue;
      path = `${part}/${path}`;
      if (part[0] === '/') break;
    }
    return '/' + tidy(path, true);
  }
  function dirname(path) {
    const end = text(path).replace(/\/+$/, '').lastIndexOf('/');
    if (path === '') return '.';
    if (end < 0) return path[0] === '/' ? '/' : '.';
    return path.slice(0, end).replace(/\/+$/, '') || '/';
  }
  function basename(path, suffix) {
    const name = text(path).replace(/\/+$/, '').split('/').at(-1);
    return suffix !== undefined && name !== suffix && name.endsWith(text(suffix, 'suffix')) ? name.slice(0, -suffix.length) : name;
  }
  function extname(path) {
    const name = basename(path), dot = name.lastIndexOf('.');
    return dot <= 0 || /^\.+$/.test(name.slice(0, dot + 1)) && dot === 1 && name.length === 2 ? '' : name.slice(dot);
  }
  function parse(path) {
    const root = text(path)[0] === '/' ? '/' : '', base = basename(path), ext = extname(path);
    let dir = path.replace(/\/+$/, '').slice(0, -base.length || undefined).replace(/\/+$/, '');
    if (dir === '' && root) dir = root;
    return { root, dir: base === '' ? root : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
  }
  function format(o) {
    const dir = o.dir || o.root, base = o.base || (o.name || '') + (o.ext ? (o.ext[0] === '.' ? '' : '.') + o.ext : '');
    return !dir ? base : dir === o.root ? dir + base : `${dir}/${base}`;
  }
  function relative(from, to) {
    const a = resolve(from).split('/').filter(Boolean), b = resolve(to).split('/').filter(Boolean);
    let same = 0;
    while (same < a.length && a[same] === b[same]) same++;
    return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
  }
  const path = { sep: '/', delimiter: ':', normalize, join, resolve, dirname, basename, extname, parse, format, relative, isAbsolute: (p) => text(p)[0] === '/', toNamespacedPath: (p) => p };
  path.posix = path;
  return { 'node:path': path };
})
