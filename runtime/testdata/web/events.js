async function main() {
  const out = [];
  const t = (f) => { try { out.push(String(f())); } catch (e) { out.push('throws ' + e.name); } };
  // AbortController and AbortSignal
  t(() => { const c = new AbortController(); return [c.signal.aborted, c.signal.reason, c.signal.onabort]; });
  t(() => { const c = new AbortController(); c.abort(); return [c.signal.aborted, c.signal.reason.name, c.signal.reason.code, c.signal.reason instanceof DOMException, c.signal.reason instanceof Error]; });
  t(() => { const c = new AbortController(); c.abort('why'); c.abort('again'); return c.signal.reason; });
  t(() => { const c = new AbortController(); c.abort(undefined); return c.signal.reason.name; });
  t(() => { const c = new AbortController(); c.abort(null); return c.signal.reason; });
  t(() => { const c = new AbortController(); const log = []; c.signal.onabort = (e) => log.push('on', e.type, e.target === c.signal); c.signal.addEventListener('abort', () => log.push('listener')); c.abort(); c.abort(); return log; });
  t(() => { const c = new AbortController(); const log = []; c.signal.addEventListener('abort', () => log.push(1), { once: true }); c.signal.addEventListener('abort', { handleEvent(e) { log.push(2, this.handleEvent !== undefined); } }); c.abort(); return log; });
  t(() => { AbortSignal.abort(new RangeError('r')).throwIfAborted(); });
  t(() => AbortSignal.abort().reason.message);
  t(() => new AbortSignal());
  t(() => { const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); b.abort('b'); a.abort('a'); return [any.aborted, any.reason]; });
  t(() => AbortSignal.any([]).aborted);
  t(() => AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason);
  t(() => AbortSignal.any([{}]));
  t(() => { const a = new AbortController(); const one = AbortSignal.any([a.signal]); const two = AbortSignal.any([one]); const log = []; one.addEventListener('abort', () => log.push('one')); two.addEventListener('abort', () => log.push('two')); a.signal.addEventListener('abort', () => log.push('a')); a.abort(); return log; });
  t(() => AbortSignal.timeout(-1));
  t(() => AbortSignal.timeout('x'));
  t(() => Object.prototype.toString.call(new AbortController().signal));
  t(() => { const s = AbortSignal.timeout(1); return [s.aborted, s.reason]; });
  out.push(await new Promise((resolve) => { const s = AbortSignal.timeout(1); s.onabort = () => resolve([s.aborted, s.reason.name, s.reason.code].join()); setTimeout(() => {}, 50); }));
  // EventTarget and Event
  t(() => { const e = new Event('x', { bubbles: true, cancelable: true }); return [e.type, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.eventPhase, e.isTrusted, e.target, e.currentTarget, e.composedPath().length]; });
  t(() => new Event());
  t(() => { const target = new EventTarget(); const log = []; const f = () => log.push('f'); target.addEventListener('x', f); target.addEventListener('x', f); target.dispatchEvent(new Event('x')); return log; });
  t(() => { const target = new EventTarget(); const log = []; target.addEventListener('x', (e) => { log.push(1); e.stopImmediatePropagation(); }); target.addEventListener('x', () => log.push(2)); target.dispatchEvent(new Event('x')); return log; });
  t(() => { const target = new EventTarget(); target.addEventListener('x', (e) => e.preventDefault()); return [target.dispatchEvent(new Event('x')), target.dispatchEvent(new Event('x', { cancelable: true }))]; });
  t(() => { const target = new EventTarget(); const log = []; const f = () => log.push('f'); target.addEventListener('x', f); target.removeEventListener('x', f); target.dispatchEvent(new Event('x')); return log.length; });
  t(() => { const target = new EventTarget(); const log = []; const second = () => log.push(2); target.addEventListener('x', () => { log.push(1); target.removeEventListener('x', second); target.addEventListener('x', () => log.push(3)); }); target.addEventListener('x', second); target.dispatchEvent(new Event('x')); return log; });
  t(() => { const target = new EventTarget(); const e = new Event('x'); target.addEventListener('x', () => target.dispatchEvent(e)); let name; const again = new EventTarget(); again.addEventListener('y', (y) => { try { again.dispatchEvent(y); } catch (error) { name = error.name; } }); again.dispatchEvent(new Event('y')); return name !== undefined; });
  t(() => new EventTarget().dispatchEvent({}));
  t(() => { const c = new AbortController(); const target = new EventTarget(); const log = []; target.addEventListener('x', () => log.push(1), { signal: c.signal }); target.dispatchEvent(new Event('x')); c.abort(); target.dispatchEvent(new Event('x')); return log; });
  t(() => { const target = new EventTarget(); target.addEventListener('x', null); return target.dispatchEvent(new Event('x')); });
  t(() => { class T extends EventTarget {} const x = new T(); let seen; x.addEventListener('z', (e) => { seen = [e.target === x, e.currentTarget === x, e.eventPhase]; }); x.dispatchEvent(new Event('z')); return seen; });
  // DOMException
  t(() => { const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, String(e), e instanceof Error]; });
  t(() => { const e = new DOMException(); return [e.name, e.message, e.code]; });
  t(() => { const e = new DOMException('m', 'Nope'); return [e.name, e.code]; });
  t(() => { const e = new DOMException('m', { name: 'DataError', cause: 7 }); return [e.name, e.cause]; });
  for (const name of ['IndexSizeError', 'NotFoundError', 'NotSupportedError', 'InvalidStateError', 'SyntaxError', 'InvalidAccessError', 'TimeoutError', 'DataCloneError', 'QuotaExceededError', 'OperationError']) t(() => new DOMException('', name).code);
  return out;
}
