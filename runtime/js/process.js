// process, as far as a task has one: what is pure, and what says where things are.
(function (host, need) {
  'use strict';
  const env = new Proxy({}, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name)) host.environment(name);
      return target[name];
    },
    set(target, name, value) {
      target[name] = String(value);
      return true;
    },
  });
  const nextTick = (callback, ...args) => {
    if (typeof callback !== 'function') throw Object.assign(new TypeError(`The "callback" argument must be of type function. Received ${callback === null ? 'null' : typeof callback}`), { code: 'ERR_INVALID_ARG_TYPE' });
    need('queueMicrotask')(() => callback(...args));
  };
  const hrtime = (before) => {
    const ms = host.elapsed();
    let seconds = Math.floor(ms / 1000), nanos = Math.floor((ms % 1000) * 1e6);
    if (before !== undefined) {
      seconds -= before[0];
      nanos -= before[1];
      if (nanos < 0) [seconds, nanos] = [seconds - 1, nanos + 1e9];
    }
    return [seconds, nanos];
  };
  hrtime.bigint = () => BigInt(Math.floor(host.elapsed() * 1e6));
  const process = {
    version: 'v20.0.0', versions: { node: '20.0.0' }, platform: 'linux', argv: [], env,
    cwd: () => '/', uptime: () => host.elapsed() / 1000, nextTick, hrtime,
    emitWarning: (warning) => console.warn(warning instanceof Error ? warning.message : String(warning)),
    exit() { throw new Error('process.exit is not available: return from main, or throw an Error'); },
    stdout: { isTTY: false, write(text) { console.log(String(text).replace(/\n$/, '')); return true; } },
    stderr: { isTTY: false, write(text) { console.error(String(text).replace(/\n$/, '')); return true; } },
  };
  Object.defineProperty(process, Symbol.toStringTag, { __proto__: null, value: 'process', configurable: true });
  return { process };
})
