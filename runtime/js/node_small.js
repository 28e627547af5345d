// The small modules of Node.js: url, querystring, timers/promises, string_decoder, os.
(function (host, need) {
  'use strict';
  const [setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate] = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'].map(need);
  const escape = encodeURIComponent;
  function unescape(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    }
  }
  const plain = (v) => (typeof v === 'string' ? v : typeof v === 'number' && Number.isFinite(v) ? `${v}` : typeof v === 'bigint' || typeof v === 'boolean' ? `${v}` : '');
  const querystring = {
    escape, unescape,
    stringify(o, sep = '&', eq = '=') {
      if (o === null || typeof o !== 'object') return '';
      return Object.keys(o).flatMap((k) => (Array.isArray(o[k]) ? o[k] : [o[k]]).map((v) => querystring.escape(k) + eq + querystring.escape(plain(v)))).join(sep);
    },
    parse(text, sep = '&', eq = '=', options = {}) {
      const out = Object.create(null);
      if (typeof text !== 'string' || text === '') return out;
      let parts = text.split(sep);
      const most = options.maxKeys ?? 1000;
      if (most > 0) parts = parts.slice(0, most);
      for (const part of parts) {
        if (part === '') continue;
        const at = part.indexOf(eq), tidy = (s) => querystring.unescape(s.replace(/\+/g, ' '));
        const key = tidy(at < 0 ? part : part.slice(0, at)), value = at < 0 ? '' : tidy(part.slice(at + eq.length));
        if (!(key in out)) out[key] = value;
        else if (Array.isArray(out[key])) out[key].push(value);
        else out[key] = [out[key], value];
      }
      return out;
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;
  const URL = need('URL');
  const url = {
    URL, URLSearchParams: need('URLSearchParams'), format: (u) => (typeof u === 'string' ? u : u.href ?? String(u)), resolve: (from, to) => new URL(to, new URL(from, 'resolve://')).href.replace(/^resolve:\/\//, ''),
    fileURLToPath: (u) => decodeURIComponent(new URL(u).pathname), pathToFileURL: (p) => new URL(`file://${encodeURI(p)}`), domainToASCII: (d) => new URL(`http://${d}`).hostname,
    parse(text, query) {
      const u = new URL(text);
      return {
        protocol: u.protocol, slashes: true, auth: u.username ? u.username + (u.password ? `:${u.password}` : '') : null, host: u.host, port: u.port || null, hostname: u.hostname, hash: u.hash || null,
        search: u.search || null, query: query ? querystring.parse(u.search.slice(1)) : u.search.slice(1) || null, pathname: u.pathname, path: u.pathname + u.search, href: u.href,
      };
    },
  };
  const wait = (ms, value, options) => new Promise((resolve, reject) => {
    const signal = options?.signal;
    if (signal?.aborted) { reject(signal.reason); return; }
    const stop = () => { clearTimeout(id); reject(signal.reason); };
    const id = setTimeout(() => { signal?.removeEventListener('abort', stop); resolve(value); }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
  const every = (ms, value) => ({
    [Symbol.asyncIterator]() { return this; },
    next: () => wait(ms).then(() => ({ value, done: false })),
    return: () => Promise.resolve({ value: undefined, done: true }),
  });
  const timers = { setTimeout: wait, setImmediate: (value) => wait(0, value), scheduler: { wait: (ms, options) => wait(ms, undefined, options), yield: () => wait(0) }, setInterval: every };
  class StringDecoder {
    #decoder; #name; #Buffer = need('Buffer'); #rest = new Uint8Array(0);
    constructor(name = 'utf8') {
      this.#name = String(name).toLowerCase();
      this.encoding = this.#name;
      if (this.#name === 'utf8' || this.#name === 'utf-8') this.#decoder = new (need('TextDecoder'))('utf-8', { ignoreBOM: true });
    }
    write(b) {
      if (this.#decoder) return this.#decoder.decode(b, { stream: true });
      const all = this.#Buffer.concat([this.#rest, b]), unit = this.#name.startsWith('base64') ? 3 : this.#name.startsWith('u') ? 2 : 1;
      const whole = all.length - (all.length % unit);
      this.#rest = all.subarray(whole);
      return all.toString(this.#name, 0, whole);
    }
    end(b) {
      const text = b === undefined ? '' : this.write(b);
      if (this.#decoder) return text + this.#decoder.decode();
      const last = this.#Buffer.from(this.#rest).toString(this.#name);
      this.#rest = new Uint8Array(0);
      return text + last;
    }
  }
  return {
    'node:querystring': querystring, 'node:url': url, 'node:timers/promises': timers, 'node:string_decoder': { StringDecoder }, 'node:os': { EOL: '\n' },
    'node:timers': { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, promises: timers },
    'node:buffer': { Buffer: need('Buffer'), Blob: need('Blob'), File: need('File'), atob: need('atob'), btoa: need('btoa'), constants: { MAX_LENGTH: 2 ** 31, MAX_STRING_LENGTH: 2 ** 29 } },
    'node:process': need('process'), 'node:perf_hooks': { performance: need('performance') },
  };
})
