package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
)

// exposed are the functions and accessors that the sandbox has and the engine
// alone does not: the globals of our modules with everything below them, and
// the patches.
func exposed(t *testing.T) (functions, accessors []string) {
	t.Helper()
	var globals []string
	var words strings.Builder
	for _, m := range theModules().list {
		for _, name := range m.globals {
			if name != "global" && !hiddenGlobal(name) { // what is there already, and what only scripts of ours have
				globals = append(globals, name)
			}
		}
		for _, word := range m.words {
			words.WriteString(word + " ")
		}
		if object, _, dotted := strings.Cut(m.name, "."); dotted && object != "Symbol" {
			functions = append(functions, m.name)
		}
	}
	list, _ := json.Marshal(globals) // texts
	out := Run(context.Background(), Job{Source: Source{Code: `// ` + words.String() + `
	export default () => {
		const functions = new Set(), accessors = new Set(), engine = new Set([Object.prototype, Error.prototype, Function.prototype, EventTarget.prototype, Iterator.prototype, Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype)]), seen = new Set();
		const walk = (value, path, depth) => {
			if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
			if (seen.has(value)) return; // Node's modules have some of the globals too
			seen.add(value);
			if (typeof value === 'function') functions.add(path);
			if (depth === 0) return;
			for (const key of Reflect.ownKeys(value)) {
				if (typeof key === 'symbol' || ['constructor', 'name', 'length', 'prototype'].includes(key)) continue;
				const p = Object.getOwnPropertyDescriptor(value, key);
				if (p.get || p.set) accessors.add(path + '.' + key);
				else walk(p.value, path + '.' + key, depth - 1);
			}
			if (typeof value !== 'function' || !value.prototype) return;
			walk(value.prototype, path + '.prototype', 1);
			const above = Object.getPrototypeOf(value.prototype);
			if (above !== null && !engine.has(above) && above.constructor !== Object) walk(above, path + '.prototype', 1);
		};
		for (const name of ` + string(list) + `) walk(globalThis[name], name, 2);
		return [[...functions], [...accessors]];
	}`}}, Hooks{})
	var found [2][]string
	if err := json.Unmarshal(out.Output, &found); err != nil {
		t.Fatalf("%v %+v", err, out.Err)
	}
	return append(functions, found[0]...), found[1]
}

// uses are programs that use functions n times, or on n things: what they do
// must grow as n does. A function may stand in many of them.
var uses = []struct{ functions, code string }{
	{"Object.prototype.__defineGetter__ Object.prototype.__defineSetter__ Object.prototype.__lookupGetter__ Object.prototype.__lookupSetter__", "each((i) => { const o = {}; o.__defineGetter__('a', () => 1); o.__defineSetter__('b', () => {}); o.__lookupGetter__('a'); o.__lookupSetter__('b') })"},
	{"String.prototype.anchor String.prototype.big String.prototype.blink String.prototype.bold String.prototype.fixed String.prototype.fontcolor String.prototype.fontsize", "each(() => { const s = 'x'; s.anchor('a'); s.big(); s.blink(); s.bold(); s.fixed(); s.fontcolor('a'); s.fontsize(1) }); 'x'.repeat(n).anchor('\"'.repeat(n))"},
	{"String.prototype.italics String.prototype.link String.prototype.small String.prototype.strike String.prototype.sub String.prototype.sup", "each(() => { const s = 'x'; s.italics(); s.link('a'); s.small(); s.strike(); s.sub(); s.sup() })"},
	{"Date.prototype.getYear Date.prototype.setYear Date.prototype.toGMTString", "each((i) => { const d = new Date(i); d.getYear(); d.setYear(i); d.toGMTString() })"},
	{"CustomEvent CustomEvent.prototype.preventDefault CustomEvent.prototype.stopPropagation CustomEvent.prototype.stopImmediatePropagation CustomEvent.prototype.composedPath", "each(() => { const e = new CustomEvent('x', { detail: 1 }); e.preventDefault(); e.stopPropagation(); e.stopImmediatePropagation(); e.composedPath() })"},
	{"WeakRef WeakRef.prototype.deref FinalizationRegistry FinalizationRegistry.prototype.register FinalizationRegistry.prototype.unregister", "const r = new FinalizationRegistry(() => {}); each((i) => { const o = {}; new WeakRef(o).deref(); r.register(o, i, o); r.unregister(o) })"},
	{"JSON.parse", "JSON.parse('[' + '1e400,'.repeat(n) + '1]'); JSON.parse('\"' + '\\\\ud800'.repeat(n) + '\"'); JSON.parse('{' + list((i) => '\"k' + i + '\":1e400').join() + '}', (k, v) => v)"},
	{"Math.pow", "each((i) => Math.pow(1.5, i % 100))"},
	{"Number.prototype.toString", "each((i) => (i / 7).toString(36))"},
	{"Intl.NumberFormat Intl.NumberFormat.supportedLocalesOf Intl.NumberFormat.prototype.resolvedOptions Intl.NumberFormat.prototype.formatToParts", "const f = new Intl.NumberFormat('de'); each((i) => { f.format(i); f.formatToParts(i) }); f.resolvedOptions(); Intl.NumberFormat.supportedLocalesOf(list(() => 'de'))"},
	{"Intl.DateTimeFormat Intl.DateTimeFormat.supportedLocalesOf Intl.DateTimeFormat.prototype.resolvedOptions Intl.DateTimeFormat.prototype.formatToParts Intl.DateTimeFormat.prototype.formatRange", "const f = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin' }); each((i) => { f.format(i); f.formatToParts(i); f.formatRange(0, i) }); f.resolvedOptions(); Intl.DateTimeFormat.supportedLocalesOf('de')"},
	{"Intl.PluralRules Intl.PluralRules.supportedLocalesOf Intl.PluralRules.prototype.resolvedOptions Intl.PluralRules.prototype.select", "const f = new Intl.PluralRules('en'); each((i) => f.select(i)); f.resolvedOptions(); Intl.PluralRules.supportedLocalesOf('en')"},
	{"Intl.ListFormat Intl.ListFormat.supportedLocalesOf Intl.ListFormat.prototype.resolvedOptions Intl.ListFormat.prototype.format Intl.ListFormat.prototype.formatToParts", "const f = new Intl.ListFormat('en'), l = list((i) => 'é' + i); f.format(l); f.formatToParts(l); f.resolvedOptions(); Intl.ListFormat.supportedLocalesOf('en')"},
	{"Intl.RelativeTimeFormat Intl.RelativeTimeFormat.supportedLocalesOf Intl.RelativeTimeFormat.prototype.resolvedOptions Intl.RelativeTimeFormat.prototype.format Intl.RelativeTimeFormat.prototype.formatToParts", "const f = new Intl.RelativeTimeFormat('en'); each((i) => { f.format(i, 'day'); f.formatToParts(i, 'day') }); f.resolvedOptions(); Intl.RelativeTimeFormat.supportedLocalesOf('en')"},
	{"Array.prototype.shift Array.prototype.unshift Array.prototype.pop", "const a = list((i) => i); for (let i = 0; i < 20 * n; i++) a.unshift(i, i); while (a.length) a.shift(); const q = [0]; for (let i = 0; i < 20 * n; i++) { q.push(q.shift(), i); q.unshift(q.pop()) }"},
	{"+=", "let s = '', w = 'é', o = { t: '' }; for (let i = 0; i < 20 * n; i++) { s += 'line of text ' + i + '\\n'; w += 'line of text ' + i; o.t = o.t + 'line' + i + ';' }"},
	{"Intl.Segmenter Intl.Segmenter.supportedLocalesOf Intl.Segmenter.prototype.segment Intl.Segmenter.prototype.resolvedOptions", "const f = new Intl.Segmenter(); [...f.segment('e\u0301'.repeat(20 * n))]; each(() => f.segment('abc').containing(1)); f.resolvedOptions(); Intl.Segmenter.supportedLocalesOf('en')"},
	{"Intl.Collator Intl.Collator.supportedLocalesOf Intl.Collator.prototype.resolvedOptions", "const f = new Intl.Collator('sv', { numeric: true }); list((i) => 'a' + i).sort(f.compare); f.resolvedOptions(); Intl.Collator.supportedLocalesOf('en')"},
	{"Intl.Locale Intl.Locale.prototype.toString Intl.getCanonicalLocales", "each(() => String(new Intl.Locale('en-us'))); Intl.getCanonicalLocales(list(() => 'en-us'))"},
	{"Headers", "new Headers(list((i) => ['n' + i, 'v'])); new Headers(list(() => ['same', 'v']))"},
	{"Headers.prototype.append Headers.prototype.get Headers.prototype.has", "const h = new Headers(); each((i) => { h.append('n' + i, 'v'); h.get('n' + i); h.has('n' + i); h.get('none') })"},
	{"Headers.prototype.append", "const h = new Headers(); each((i) => h.append('same', 'v')); h.get('same'); h.same"},
	{"Headers.prototype.set Headers.prototype.delete", "const h = new Headers(); each((i) => h.set('n' + i, 'v')); each((i) => h.delete('n' + i))"},
	{"Headers.prototype.get", "const h = new Headers(); each((i) => { h['N' + i] = 'v'; h.get('n' + i) })"},
	{"Headers.prototype.getSetCookie", "const h = new Headers(list(() => ['set-cookie', 'v'])); h.getSetCookie()"},
	{"Headers.prototype.forEach Headers.prototype.entries Headers.prototype.keys Headers.prototype.values", "const h = new Headers(list((i) => ['n' + i, 'v'])); h.forEach(() => {}); [...h.entries(), ...h.keys(), ...h.values()]"},
	{"URLSearchParams URLSearchParams.prototype.toString", "new URLSearchParams(list((i) => ['n' + i, 'v'])).toString(); new URLSearchParams('a=b&'.repeat(20 * n)).toString()"},
	{"URLSearchParams.prototype.append URLSearchParams.prototype.get URLSearchParams.prototype.getAll URLSearchParams.prototype.has", "const p = new URLSearchParams(); each((i) => { p.append('n' + i, 'v'); p.get('n' + i); p.getAll('n' + i); p.has('n' + i); p.has('n' + i, 'w'); p.get('none') })"},
	{"URLSearchParams.prototype.set URLSearchParams.prototype.delete", "const p = new URLSearchParams(); each((i) => p.set('n' + i, 'v')); each((i) => p.set('n' + i, 'w')); each((i) => p.delete('n' + i))"},
	{"URLSearchParams.prototype.sort", "const p = new URLSearchParams(list((i) => ['n' + (i * 7919) % 1009, 'v'])); p.sort(); p.sort()"},
	{"URLSearchParams.prototype.forEach URLSearchParams.prototype.entries URLSearchParams.prototype.keys URLSearchParams.prototype.values", "const p = new URLSearchParams(list((i) => ['n' + i, 'v'])); p.forEach(() => {}); [...p.entries(), ...p.keys(), ...p.values()]"},
	{"URL URL.canParse URL.parse", "const long = 'http://h/' + 'a/'.repeat(20 * n) + '?' + 'b=c&'.repeat(20 * n) + '#' + 'd'.repeat(20 * n); new URL(long); URL.canParse(long); URL.parse('../x', long); each((i) => new URL('/' + i, 'http://h'))"},
	{"URL.prototype.toString URL.prototype.toJSON", "const u = new URL('http://h/?' + 'b=c&'.repeat(20 * n)); each(() => { u.toString(); u.toJSON(); u.href })"},
	{"URL URLSearchParams.prototype.append URLSearchParams.prototype.delete", "const u = new URL('http://h/'); each((i) => u.searchParams.append('n' + i, 'v')); u.href; each((i) => u.searchParams.delete('n' + i)); u.search"},
	{"EventTarget EventTarget.prototype.addEventListener EventTarget.prototype.removeEventListener", "const t = new EventTarget(), f = list(() => () => {}); each((i) => t.addEventListener('x', f[i])); each((i) => t.removeEventListener('x', f[n - 1 - i]))"},
	{"EventTarget.prototype.dispatchEvent Event Event.prototype.preventDefault Event.prototype.stopPropagation Event.prototype.stopImmediatePropagation Event.prototype.composedPath", "const t = new EventTarget(); each(() => t.addEventListener('x', (e) => { e.preventDefault(); e.stopPropagation(); e.composedPath() }, {once: true})); t.dispatchEvent(new Event('x')); each(() => t.dispatchEvent(new Event('x'))); const e = new Event('x'); e.stopImmediatePropagation()"},
	{"AbortController AbortController.prototype.abort EventTarget.prototype.addEventListener", "const c = new AbortController(), t = new EventTarget(); each(() => t.addEventListener('x', () => {}, {signal: c.signal})); c.abort(); each(() => new AbortController().abort())"},
	{"AbortSignal AbortSignal.abort AbortSignal.any AbortSignal.prototype.throwIfAborted", "const c = new AbortController(), all = list(() => AbortSignal.any([c.signal])); AbortSignal.any(all); AbortSignal.any(list(() => c.signal)); each(() => c.signal.throwIfAborted()); c.abort(); each(() => AbortSignal.abort())"},
	{"AbortSignal.timeout", "list(() => AbortSignal.timeout(100000))"},
	{"DOMException", "each((i) => new DOMException('m' + i, 'AbortError')); new DOMException('m'.repeat(20 * n))"},
	{"TextEncoder TextEncoder.prototype.encode TextEncoder.prototype.encodeInto", "const e = new TextEncoder(), text = 'é'.repeat(20 * n); e.encode(text); e.encodeInto(text, new Uint8Array(40 * n)); each(() => new TextEncoder().encode('x'))"},
	{"TextDecoder TextDecoder.prototype.decode", "const d = new TextDecoder(); d.decode(new Uint8Array(n).fill(97)); each(() => d.decode(new Uint8Array([0xc3]), {stream: true})); d.decode(); each(() => new TextDecoder()); const j = new TextDecoder('shift_jis'); j.decode(new Uint8Array(20 * n).fill(0x82)); each(() => j.decode(new Uint8Array([0x82, 0xa0, 0x83]), {stream: true}))"},
	{"atob btoa", "atob(btoa('x'.repeat(20 * n))); each(() => atob(btoa('x')))"},
	{"Crypto.prototype.randomUUID Crypto.prototype.getRandomValues", "each(() => { crypto.randomUUID(); crypto.getRandomValues(new Uint8Array(8)) }); crypto.getRandomValues(new Uint8Array(n))"},
	{"SubtleCrypto.prototype.digest SubtleCrypto.prototype.importKey SubtleCrypto.prototype.generateKey SubtleCrypto.prototype.exportKey SubtleCrypto.prototype.sign SubtleCrypto.prototype.verify", "const s = crypto.subtle, a = {name: 'HMAC', hash: 'SHA-256'}, data = new Uint8Array(n * 8); const k = await s.importKey('raw', data, a, true, ['sign', 'verify']); await s.digest('SHA-256', data); await s.verify(a, k, await s.sign(a, k, data), data); for (let i = 0; i < n; i++) { await s.exportKey('raw', await s.generateKey(a, true, ['sign'])); await s.digest('SHA-1', new Uint8Array(1)) }"},
	{"SubtleCrypto.prototype.encrypt SubtleCrypto.prototype.decrypt SubtleCrypto.prototype.deriveBits SubtleCrypto.prototype.deriveKey", "const s = crypto.subtle, iv = new Uint8Array(12), k = await s.generateKey({name: 'AES-GCM', length: 256}, true, ['encrypt', 'decrypt']); await s.decrypt({name: 'AES-GCM', iv}, k, await s.encrypt({name: 'AES-GCM', iv}, k, new Uint8Array(20 * n))); const p = await s.importKey('raw', new Uint8Array(n), 'PBKDF2', false, ['deriveBits', 'deriveKey']); await s.deriveBits({name: 'PBKDF2', hash: 'SHA-256', salt: iv, iterations: n}, p, 256); await s.deriveKey({name: 'PBKDF2', hash: 'SHA-256', salt: iv, iterations: 2}, p, {name: 'AES-GCM', length: 128}, true, ['encrypt'])"},
	{"structuredClone", "const shared = {a: 1}; structuredClone(list(() => shared)); structuredClone(new Map(list((i) => [i, {i}]))); let deep = {}; each(() => deep = {deep}); structuredClone(deep); structuredClone(list((i) => new Uint8Array(8))); each((i) => structuredClone(i)); const buffer = new ArrayBuffer(n); structuredClone(list(() => new Uint8Array(buffer)))"},
	{"fetch Request Response ensureOk Request.prototype.clone Response.prototype.clone Response.prototype.text Response.prototype.json Response.prototype.arrayBuffer Response.prototype.bytes", "for (let i = 0; i < n; i++) { const r = await fetch('http://h/', {method: 'POST', body: '[' + i + ']'}); ensureOk(r); await r.clone().text(); await r.json(); await r.arrayBuffer(); await r.bytes(); new Request('http://h/').clone() }"},
	{"fetch Request.prototype.text Request.prototype.json Request.prototype.arrayBuffer Request.prototype.bytes", "const r = await fetch('http://h/?' + 'q'.repeat(20 * n), {method: 'POST', body: list((i) => i), headers: list((i) => ['n' + i, 'v'])}); r.body; await r.text(); const q = new Request('http://h/', {method: 'PUT', body: 'x'.repeat(20 * n)}); await q.text(); await q.bytes(); await q.arrayBuffer(); await new Request('http://h/', {method: 'PUT', body: list((i) => i)}).json()"},
	{"fetch", "const all = list((i) => fetch('http://h/' + i)); for (const p of all.toReversed()) try { p.status } catch {} await Promise.allSettled(all)"},
	{"fetch AbortController.prototype.abort", "const c = new AbortController(); for (let i = 0; i < n; i++) await fetch('http://h/', {signal: c.signal}); c.abort()"},
	{"Response Response.json Response.error Response.redirect", "each((i) => { new Response('x'); Response.json({i}); Response.error(); Response.redirect('http://h/') }); Response.json(list((i) => i)); new Response('x'.repeat(20 * n))"},
	{"setTimeout clearTimeout setInterval clearInterval queueMicrotask", "const all = list((i) => setTimeout(() => {}, 1000 + (i * 7919) % 1009)); all.forEach(clearTimeout); list(() => setInterval(() => {}, 1000)).forEach(clearInterval); await new Promise((r) => each((i) => queueMicrotask(() => i === n - 1 && r()))); await new Promise((r) => each((i) => setTimeout(() => i === n - 1 && r(), 0)))"},
	{"performance.now reportProgress progress", "each((i) => { performance.now(); reportProgress(i / n); progress(i / n) })"},
	{"console.assert console.count console.countReset console.debug console.dir console.error console.info console.log console.table console.time console.timeEnd console.timeLog console.trace console.warn", "each((i) => { console.assert(false, i); console.count('c' + i); console.countReset('c' + i); console.debug(i); console.dir({i}); console.error(i); console.info(i); console.log('%s', i); console.table([i]); console.time('t' + i); console.timeLog('t' + i); console.timeEnd('t' + i); console.trace(i); console.warn(i) })"},
	{"console.group console.groupCollapsed console.groupEnd", "each(() => { console.group('g'); console.log('x'); console.groupCollapsed() }); each(() => { console.groupEnd(); console.groupEnd() })"},
	{"console.log console.table console.dir console.error", "const big = list((i) => ({i, text: 'x'})); console.log(big); console.table(big); console.dir(big); console.error(new Error('m'.repeat(20 * n))); console.log('%s '.repeat(n), ...big); console.log('x'.repeat(20 * n), new Map(list((i) => [i, i])), new Set(list((i) => i))); const shared = {}; console.log(list(() => shared))"},
	{"AuthenticationError AuthorizationError NetworkError HttpError ValidationError ConfigurationError RateLimitError ServiceUnavailableError TimeoutError DataError EffectUnknownError", "each((i) => [AuthenticationError, AuthorizationError, NetworkError, ValidationError, ConfigurationError, RateLimitError, ServiceUnavailableError, TimeoutError, DataError, EffectUnknownError].map((E) => new E('m' + i))); each(() => new HttpError(404, 'm')); new DataError('m'.repeat(20 * n), {cause: list((i) => i)})"},
	{"Error.captureStackTrace", "each(() => Error.captureStackTrace({}))"},
	{"Iterator Iterator.from Iterator.prototype.map Iterator.prototype.filter Iterator.prototype.take Iterator.prototype.drop Iterator.prototype.flatMap Iterator.prototype.reduce Iterator.prototype.toArray Iterator.prototype.forEach Iterator.prototype.some Iterator.prototype.every Iterator.prototype.find Iterator.prototype.constructor", "const all = list((i) => i), it = () => Iterator.from(all.values()); it().map((x) => x).filter(() => true).take(n).drop(1).flatMap((x) => [x]).toArray(); it().reduce((a, b) => a + b); it().forEach(() => {}); it().some(() => false); it().every(() => true); it().find(() => false); new (class extends Iterator {})()"},
	{"TypedArray.from Array.fromAsync Object.groupBy Map.groupBy", "const all = list((i) => i); Uint8Array.from(all); await Array.fromAsync(all); Object.groupBy(all, (x) => x); Map.groupBy(all, (x) => x); Object.groupBy(all, () => 1)"},
	{"Promise.withResolvers Promise.try Promise.any", "await Promise.any(list((i) => (i ? Promise.reject(i) : i))); await Promise.any(list((i) => Promise.reject(i))).catch(() => {}); for (let i = 0; i < n; i++) { const p = Promise.withResolvers(); p.resolve(); await p.promise; await Promise.try(() => i) }"},
	{"String.prototype.isWellFormed String.prototype.toWellFormed RegExp.escape", "const text = 'é\\ud800'.repeat(20 * n); text.isWellFormed(); text.toWellFormed(); RegExp.escape('.'.repeat(20 * n)); each(() => RegExp.escape('a.b'))"},
	{"Number.prototype.toLocaleString BigInt.prototype.toLocaleString Array.prototype.toLocaleString TypedArray.prototype.toLocaleString Date.prototype.toLocaleString Date.prototype.toLocaleDateString Date.prototype.toLocaleTimeString", "const d = new Date(0); each((i) => { i.toLocaleString(); BigInt(i).toLocaleString(); d.toLocaleString(); d.toLocaleDateString(); d.toLocaleTimeString() }); list((i) => i).toLocaleString(); new Uint8Array(n).toLocaleString(); BigInt('9'.repeat(n)).toLocaleString()"},
	{"String.prototype.localeCompare String.prototype.toLocaleUpperCase String.prototype.toLocaleLowerCase", "const text = 'é'.repeat(20 * n); text.localeCompare(text + 'a'); text.toLocaleUpperCase(); text.toLocaleLowerCase(); each((i) => 'a'.localeCompare('b'))"},
	{"Buffer.prototype.readUInt8 Buffer.prototype.writeUInt8 Buffer.prototype.readUInt16LE Buffer.prototype.writeUInt16LE Buffer.prototype.readUInt16BE Buffer.prototype.writeUInt16BE Buffer.prototype.readUInt32LE Buffer.prototype.writeUInt32LE Buffer.prototype.readUInt32BE Buffer.prototype.writeUInt32BE Buffer.prototype.readInt8 Buffer.prototype.writeInt8 Buffer.prototype.readInt16LE Buffer.prototype.writeInt16LE Buffer.prototype.readInt16BE Buffer.prototype.writeInt16BE Buffer.prototype.readInt32LE Buffer.prototype.writeInt32LE Buffer.prototype.readInt32BE Buffer.prototype.writeInt32BE Buffer.prototype.readFloatLE Buffer.prototype.writeFloatLE Buffer.prototype.readFloatBE Buffer.prototype.writeFloatBE Buffer.prototype.readDoubleLE Buffer.prototype.writeDoubleLE Buffer.prototype.readDoubleBE Buffer.prototype.writeDoubleBE Buffer.prototype.readBigInt64LE Buffer.prototype.writeBigInt64LE Buffer.prototype.readBigInt64BE Buffer.prototype.writeBigInt64BE Buffer.prototype.readBigUInt64LE Buffer.prototype.writeBigUInt64LE Buffer.prototype.readBigUInt64BE Buffer.prototype.writeBigUInt64BE", "const b = Buffer.alloc(8); each(() => { b.writeUInt8(1, 0); b.readUInt8(0); b.writeUInt16LE(1, 0); b.readUInt16LE(0); b.writeUInt16BE(1, 0); b.readUInt16BE(0); b.writeUInt32LE(1, 0); b.readUInt32LE(0); b.writeUInt32BE(1, 0); b.readUInt32BE(0); b.writeInt8(1, 0); b.readInt8(0); b.writeInt16LE(1, 0); b.readInt16LE(0); b.writeInt16BE(1, 0); b.readInt16BE(0); b.writeInt32LE(1, 0); b.readInt32LE(0); b.writeInt32BE(1, 0); b.readInt32BE(0); b.writeFloatLE(1, 0); b.readFloatLE(0); b.writeFloatBE(1, 0); b.readFloatBE(0); b.writeDoubleLE(1, 0); b.readDoubleLE(0); b.writeDoubleBE(1, 0); b.readDoubleBE(0); b.writeBigInt64LE(1n, 0); b.readBigInt64LE(0); b.writeBigInt64BE(1n, 0); b.readBigInt64BE(0); b.writeBigUInt64LE(1n, 0); b.readBigUInt64LE(0); b.writeBigUInt64BE(1n, 0); b.readBigUInt64BE(0); })"},
	{"Buffer.prototype.readUIntBE Buffer.prototype.readUIntLE Buffer.prototype.readIntBE Buffer.prototype.readIntLE Buffer.prototype.writeUIntBE Buffer.prototype.writeUIntLE Buffer.prototype.writeIntBE Buffer.prototype.writeIntLE", "const b = Buffer.alloc(8); each(() => { b.writeUIntBE(1, 0, 6); b.writeUIntLE(1, 0, 6); b.writeIntBE(-1, 0, 6); b.writeIntLE(-1, 0, 6); b.readUIntBE(0, 6); b.readUIntLE(0, 6); b.readIntBE(0, 6); b.readIntLE(0, 6) })"},
	{"Buffer Buffer.from Buffer.of Buffer.alloc Buffer.allocUnsafe Buffer.allocUnsafeSlow Buffer.isBuffer Buffer.isEncoding Buffer.byteLength Buffer.concat Buffer.compare", "const text = 'é'.repeat(20 * n), b = Buffer.from(text); Buffer.from(list((i) => i)); Buffer.of(...list((i) => i)); Buffer.alloc(8 * n, 'ab'); Buffer.byteLength(text); Buffer.concat(list(() => b.subarray(0, 2))); Buffer.compare(b, Buffer.from(b)); for (const e of ['hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le']) Buffer.from(b.toString(e), e); each(() => { Buffer.allocUnsafe(1); Buffer.allocUnsafeSlow(1); Buffer.isBuffer(b); Buffer.isEncoding('hex'); Buffer.from('x') })"},
	{"Buffer.prototype.toString Buffer.prototype.toLocaleString Buffer.prototype.toJSON Buffer.prototype.equals Buffer.prototype.compare Buffer.prototype.subarray Buffer.prototype.slice Buffer.prototype.copy Buffer.prototype.write Buffer.prototype.fill", "const b = Buffer.alloc(8 * n, 'abc'); b.toString(); b.toLocaleString(); b.toJSON(); b.equals(Buffer.from(b)); b.compare(b); b.copy(b, 1); b.write('é'.repeat(4 * n)); b.fill('xyz'); each((i) => { b.subarray(i); b.slice(i); b.toString('utf8', i, i + 2) })"},
	{"Buffer.prototype.indexOf Buffer.prototype.lastIndexOf Buffer.prototype.includes Buffer.prototype.swap16 Buffer.prototype.swap32 Buffer.prototype.swap64", "const b = Buffer.alloc(8 * n, 'a'); b.indexOf('b'); b.lastIndexOf('b'); b.includes('ab'); b.swap16(); b.swap32(); b.swap64(); each((i) => b.indexOf('a', i))"},
	{"Blob Blob.prototype.slice Blob.prototype.arrayBuffer Blob.prototype.bytes Blob.prototype.text File", "const b = new Blob(list(() => 'é')); b.slice(1); await b.text(); await b.bytes(); await b.arrayBuffer(); for (let i = 0; i < n; i++) await new File(['x'], 'n').text()"},
	{"ReadableStream ReadableStream.from ReadableStreamDefaultReader ReadableStreamDefaultController ReadableStream.prototype.getReader ReadableStream.prototype.cancel ReadableStream.prototype.values ReadableStreamDefaultReader.prototype.read ReadableStreamDefaultReader.prototype.cancel ReadableStreamDefaultReader.prototype.releaseLock ReadableStreamDefaultController.prototype.enqueue ReadableStreamDefaultController.prototype.close ReadableStreamDefaultController.prototype.error Blob.prototype.stream", "const s = new ReadableStream({ start(c) { each((i) => c.enqueue(i)); c.close() } }), r = s.getReader(); for (let i = 0; i < n; i++) await r.read(); r.releaseLock(); for await (const x of new ReadableStream({ start(c) { c.enqueue(1); c.close() } }).values()); const it = ReadableStream.from(list((i) => i)).getReader(); for (let i = 0; i < n; i++) await it.read(); each(() => new ReadableStream({ start(c) { c.error(1) } })); await new ReadableStream().cancel(); const w = new ReadableStream({ pull(c) { return new Promise(() => {}) } }).getReader(); each(() => w.read()); w.cancel(); await new Response(new Blob(['x'.repeat(100 * n)]).stream()).text()"},
	{"ReadableStream.prototype.tee ReadableStream.prototype.pipeTo ReadableStream.prototype.pipeThrough TransformStream TransformStreamDefaultController TransformStreamDefaultController.prototype.enqueue TransformStreamDefaultController.prototype.error TransformStreamDefaultController.prototype.terminate CountQueuingStrategy ByteLengthQueuingStrategy", "const of = () => new ReadableStream({ start(c) { each((i) => c.enqueue(i)); c.close() } }); const [a, b] = of().tee(); await a.pipeTo(new WritableStream()); await b.pipeThrough(new TransformStream({ transform(x, c) { c.enqueue(x) } })).pipeTo(new WritableStream({}, new CountQueuingStrategy({ highWaterMark: 3 }))); each(() => { new TransformStream({ start(c) { c.error(1) } }); new TransformStream({ start(c) { c.terminate() } }); new ByteLengthQueuingStrategy({ highWaterMark: 1 }) })"},
	{"WritableStream WritableStreamDefaultWriter WritableStreamDefaultController WritableStream.prototype.getWriter WritableStream.prototype.close WritableStream.prototype.abort WritableStreamDefaultWriter.prototype.write WritableStreamDefaultWriter.prototype.close WritableStreamDefaultWriter.prototype.abort WritableStreamDefaultWriter.prototype.releaseLock WritableStreamDefaultController.prototype.error", "const w = new WritableStream({}).getWriter(); each((i) => w.write(i)); await w.close(); w.releaseLock(); const q = new WritableStream({ write() { return new Promise(() => {}) } }).getWriter(); each((i) => q.write(i).catch(() => {})); await q.abort(1); await new WritableStream().close(); await new WritableStream({ start(c) { c.error(1) } }).abort()"},
	{"TextEncoderStream TextDecoderStream CompressionStream DecompressionStream", "const of = () => new ReadableStream({ start(c) { each(() => c.enqueue('é')); c.close() } }); await of().pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream())"},
	{"MessageChannel MessagePort MessageEvent MessagePort.prototype.postMessage MessagePort.prototype.start MessagePort.prototype.close MessagePort.prototype.ref MessagePort.prototype.unref MessagePort.prototype.addEventListener", "const { port1, port2 } = new MessageChannel(); each((i) => { port1.postMessage(i); port1.ref().unref() }); await new Promise((r) => port2.addEventListener('message', (e) => e.data === n - 1 && r())); port2.start(); port1.close(); each(() => new MessageEvent('x', { ports: [] }))"},
	{"FormData FormData.prototype.append FormData.prototype.set FormData.prototype.delete FormData.prototype.get FormData.prototype.getAll FormData.prototype.has FormData.prototype.forEach FormData.prototype.entries FormData.prototype.keys FormData.prototype.values", "const f = new FormData(); each((i) => f.append('n' + i, 'v')); f.set('n', 'v'); f.get('n'); f.getAll('n'); f.has('n'); f.forEach(() => {}); [...f.entries(), ...f.keys(), ...f.values()]; f.delete('n'); await fetch('http://h/', {method: 'POST', body: f})"},
	{"Request.prototype.blob Response.prototype.blob", "await new Response('x'.repeat(20 * n)).blob(); for (let i = 0; i < n; i++) await new Request('http://h/', {method: 'PUT', body: 'x'}).blob()"},
	{"setImmediate clearImmediate process.nextTick process.cwd process.uptime process.hrtime process.hrtime.bigint process.emitWarning process.stdout.write process.stderr.write process.exit", "list(() => setImmediate(() => {})).forEach(clearImmediate); await new Promise((r) => each((i) => process.nextTick(() => i === n - 1 && r()))); each(() => { process.cwd(); process.uptime(); process.hrtime(); process.hrtime.bigint(); process.emitWarning('w'); process.stdout.write('x'); process.stderr.write('x'); process.env.X; try { process.exit() } catch {} })"},
	{"node:crypto.createHash node:crypto.createHmac node:crypto.hash node:crypto.randomBytes node:crypto.randomInt node:crypto.timingSafeEqual node:crypto.pbkdf2Sync node:crypto.randomUUID node:crypto.randomFillSync node:crypto.getRandomValues node:crypto.getHashes", "const c = await import('node:crypto'); const h = c.createHash('sha256'); each(() => h.update('x')); h.copy(); h.digest(); c.createHmac('md5', 'k').update('x'.repeat(20 * n)).digest('hex'); each(() => { c.hash('sha1', 'x'); c.randomInt(5); c.randomUUID(); c.getHashes(); c.timingSafeEqual('a', 'a') }); c.randomBytes(8 * n); c.pbkdf2Sync('p', 's', n, 32, 'sha512'); c.randomFillSync(new Uint8Array(n)); c.getRandomValues(new Uint8Array(n))"},
	{"node:util.isArray node:util.inspect node:util.format node:util.promisify node:util.callbackify node:util.isDeepStrictEqual node:util.inherits node:util.deprecate node:util.stripVTControlCharacters node:util.toUSVString node:util.debuglog node:util.types.isDate node:util.types.isRegExp node:util.types.isPromise node:util.types.isMap node:util.types.isSet node:util.types.isWeakMap node:util.types.isWeakSet node:util.types.isNativeError node:util.types.isTypedArray node:util.types.isUint8Array node:util.types.isArrayBuffer node:util.types.isAnyArrayBuffer node:util.types.isDataView node:util.types.isAsyncFunction node:util.types.isGeneratorFunction node:util.types.isBoxedPrimitive", "const u = await import('node:util'); const a = list((i) => ({i})); let deep = {}; for (let i = 0; i < 100; i++) deep = {deep}; u.inspect(a); u.format('%s '.repeat(n), ...a); u.isDeepStrictEqual(a, list((i) => ({i}))); u.isDeepStrictEqual(deep, structuredClone(deep)); u.isDeepStrictEqual(new Map(list((i) => [i, i])), new Map(list((i) => [i, i]))); u.isDeepStrictEqual(new Set(list((i) => i)), new Set(list((i) => i))); u.stripVTControlCharacters('\\u001b[1m'.repeat(n)); u.toUSVString('x'.repeat(n)); for (let i = 0; i < n; i++) { await u.promisify((x, f) => f(null, x))(1); await new Promise((r) => u.callbackify(async () => 1)(r)); u.deprecate(() => {}); u.debuglog('x')('y'); u.inherits(function () {}, function () {}); for (const is of Object.values(u.types)) is(i) }"},
	{"node:path.normalize node:path.join node:path.resolve node:path.dirname node:path.basename node:path.extname node:path.parse node:path.format node:path.relative node:path.isAbsolute node:path.toNamespacedPath", "const p = await import('node:path'); const long = '/a/..//b/.'.repeat(n) + '/c.d'; p.normalize(long); p.join(...list(() => 'a')); p.resolve(...list(() => 'a')); p.dirname(long); p.basename(long); p.extname(long); p.format(p.parse(long)); p.relative(long, '/x' + long); each(() => { p.isAbsolute('/'); p.toNamespacedPath('a'); p.join('a', 'b') })"},
	{"node:events node:events.once node:events.prototype.on node:events.prototype.addListener node:events.prototype.once node:events.prototype.prependListener node:events.prototype.prependOnceListener node:events.prototype.off node:events.prototype.removeListener node:events.prototype.removeAllListeners node:events.prototype.emit node:events.prototype.listeners node:events.prototype.rawListeners node:events.prototype.listenerCount node:events.prototype.eventNames node:events.prototype.setMaxListeners node:events.prototype.getMaxListeners", "const E = (await import('node:events')).default; const e = new E(), f = () => {}; each(() => e.on('x', f)); each(() => e.once('y', f)); e.addListener('z', f).prependListener('z', f).prependOnceListener('z', f); e.emit('x'); each(() => { e.emit('z'); e.listenerCount('z'); e.on('q', f); e.off('q', f); e.on('q', f); e.removeListener('q', f); e.setMaxListeners(1); e.getMaxListeners(); e.eventNames() }); e.listeners('x'); e.rawListeners('x'); const p = E.once(e, 'o'); e.emit('o'); await p; e.removeAllListeners('y'); e.removeAllListeners()"},
	{"node:assert node:assert.AssertionError node:assert.strict node:assert.equal node:assert.notEqual node:assert.strictEqual node:assert.notStrictEqual node:assert.deepEqual node:assert.deepStrictEqual node:assert.notDeepEqual node:assert.notDeepStrictEqual node:assert.match node:assert.doesNotMatch node:assert.fail node:assert.ifError node:assert.throws node:assert.doesNotThrow node:assert.rejects node:assert.doesNotReject", "const a = (await import('node:assert')).default; a.deepEqual(list((i) => i), list((i) => i)); a.strict.deepEqual(list((i) => i), list((i) => i)); for (let i = 0; i < n; i++) { a(true); a.strict(true); a.equal(1, 1); a.notEqual(1, 2); a.strictEqual(1, 1); a.notStrictEqual(1, 2); a.deepStrictEqual({}, {}); a.notDeepEqual([], [1]); a.notDeepStrictEqual([], [1]); a.match('x', /x/); a.doesNotMatch('x', /y/); a.ifError(null); a.throws(() => a.fail('m'), /m/); a.doesNotThrow(() => {}); await a.rejects(Promise.reject(new Error('x'))); await a.doesNotReject(Promise.resolve()) } try { a.equal(list((i) => i), 1) } catch {}"},
	{"node:querystring.escape node:querystring.unescape node:querystring.stringify node:querystring.parse node:url.format node:url.resolve node:url.fileURLToPath node:url.pathToFileURL node:url.domainToASCII node:url.parse", "const q = await import('node:querystring'), u = await import('node:url'); q.parse('a=b&'.repeat(n), '&', '=', {maxKeys: 0}); q.stringify(Object.fromEntries(list((i) => ['k' + i, 'v']))); q.unescape('%41'.repeat(n)); each(() => { u.format('http://h/'); u.resolve('http://h/a', 'b'); u.fileURLToPath('file:///a'); u.pathToFileURL('/a'); u.domainToASCII('h'); u.parse('http://h/?a=b', true) })"},
	{"node:timers.promises.setTimeout node:timers.promises.setImmediate node:timers.promises.setInterval node:timers.promises.scheduler.wait node:timers.promises.scheduler.yield", "const t = await import('node:timers/promises'); await Promise.all(list(() => t.setTimeout(1))); await Promise.all(list(() => t.setImmediate(1))); const every = t.setInterval(1, 'x')[Symbol.asyncIterator](); for (let i = 0; i < n; i++) { await every.next(); await t.scheduler.yield(); await t.scheduler.wait(0) }"},
	{"node:string_decoder.StringDecoder node:string_decoder.StringDecoder.prototype.write node:string_decoder.StringDecoder.prototype.end", "const { StringDecoder } = await import('node:string_decoder'); const d = new StringDecoder('utf8'), h = new StringDecoder('base64'); each(() => { d.write(Buffer.from([0xc3])); d.write(Buffer.from([0xa9])); h.write(Buffer.from('x')) }); d.write(Buffer.alloc(8 * n, 'é')); d.end(); h.end()"},
	{"RegExp.prototype.exec RegExp.prototype.test RegExp.prototype.constructor globalThis.RegExp", "const re = /\\p{L}/u, plain = /a/; each(() => { re.exec('a'); re.test('a'); plain.exec('a'); plain.test('b') }); each((i) => new RegExp('a' + i, 'u')); new RegExp('[a-c]\\\\p{L}'.repeat(n), 'u').test('b')"},
}

// unsupported say so and do nothing else.
var unsupported = []string{
	"SubtleCrypto.prototype.wrapKey", "SubtleCrypto.prototype.unwrapKey", "Crypto", "CryptoKey", "SubtleCrypto",
}

// instances have accessors, which are read n times from an instance that is
// made of n things.
var instances = map[string]string{
	"Intl.NumberFormat": "new Intl.NumberFormat('en')", "Intl.DateTimeFormat": "new Intl.DateTimeFormat('en')",
	"Intl.Collator": "new Intl.Collator('en')", "Intl.Locale": "new Intl.Locale('en-Latn-US')",
	"ReadableStream": "new ReadableStream({ start(c) { each((i) => c.enqueue(i)) } })", "ReadableStreamDefaultReader": "new ReadableStream().getReader()",
	"WritableStream": "new WritableStream()", "WritableStreamDefaultWriter": "(() => { const w = new WritableStream().getWriter(); each((i) => w.write(i)); return w })()",
	"ReadableStreamDefaultController":  "(() => { let made; new ReadableStream({ start(c) { each((i) => c.enqueue(i)); made = c } }); return made })()",
	"WritableStreamDefaultController":  "(() => { let made; new WritableStream({ start(c) { made = c } }); return made })()",
	"TransformStreamDefaultController": "(() => { let made; new TransformStream({ start(c) { made = c } }); return made })()",
	"TransformStream":                  "new TransformStream()", "TextEncoderStream": "new TextEncoderStream()", "TextDecoderStream": "new TextDecoderStream()",
	"CompressionStream": "new CompressionStream('gzip')", "DecompressionStream": "new DecompressionStream('gzip')",
	"CountQueuingStrategy": "new CountQueuingStrategy({ highWaterMark: 1 })", "ByteLengthQueuingStrategy": "new ByteLengthQueuingStrategy({ highWaterMark: 1 })",
	"MessageEvent": "new MessageEvent('x', { data: 1, ports: [] })", "MessageChannel": "new MessageChannel()", "MessagePort": "new MessageChannel().port1",
	"CustomEvent": "new CustomEvent('x', { detail: 1 })",
	"Event":       "new Event('x')", "DOMException": "new DOMException('x'.repeat(n))", "URL": "new URL('http://h/?' + 'a=b&'.repeat(n))",
	"URLSearchParams": "new URLSearchParams('a=b&'.repeat(n))", "AbortController": "new AbortController()",
	"AbortSignal": "(() => { const s = new AbortController().signal; each(() => s.addEventListener('abort', () => {})); return s })()",
	"TextEncoder": "new TextEncoder()", "TextDecoder": "new TextDecoder()", "Crypto": "crypto",
	"CryptoKey": "await crypto.subtle.importKey('raw', new Uint8Array(n), {name: 'HMAC', hash: 'SHA-256'}, true, ['sign'])",
	"Buffer":    "Buffer.alloc(8 * n)", "Blob": "new Blob(['x'.repeat(n)])", "File": "new File(['x'.repeat(n)], 'n')",
	"Request":  "new Request('http://h/', {method: 'PUT', body: 'x'.repeat(n), headers: list((i) => ['n' + i, 'v'])})",
	"Response": "new Response('x'.repeat(n), {headers: list((i) => ['n' + i, 'v'])})",
}

// scaled is a program of the size n.
func scaled(code string, n int) string {
	return fmt.Sprintf(`export default async () => {
	const n = %d, list = (f) => Array.from({length: n}, (_, i) => f(i)), each = (f) => { for (let i = 0; i < n; i++) f(i) };
	%s;
	return 0;
}`, n, code)
}

// TestHostFunctions_linear doubles what every function of the sandbox works on
// twice and counts what that takes more of: allocations here; in the long form
// (RATCHET_STEPS=1) every block of code of the engine and the host functions
// that is run. What is new must be given a use.
func TestHostFunctions_linear(t *testing.T) {
	functions, accessors := exposed(t)
	known := slices.Clone(unsupported)
	programs := map[string]string{}
	for i, u := range uses {
		known = append(known, strings.Fields(u.functions)...)
		programs[fmt.Sprintf("%d: %s", i, strings.Fields(u.functions)[0])] = u.code
	}
	for _, f := range functions {
		if !slices.Contains(known, f) {
			t.Errorf("%s has no use: add one to uses", f)
		}
	}
	for _, a := range accessors {
		if slices.Contains(known, a) { // a patch that was not read yet
			continue
		}
		class, name, _ := strings.Cut(a, ".prototype.")
		make, ok := instances[class]
		if !ok {
			t.Errorf("%s has no instance: add one to instances", a)
		}
		programs[a] = "const made = " + make + "; each(() => made." + name + ")"
	}
	measure, n := allocations, 100
	if os.Getenv("RATCHET_STEPS") != "" {
		measure, n = steps(t), 300
	}
	var names []string
	for name := range programs {
		names = append(names, name)
	}
	slices.Sort(names)
	var sources []string
	for _, name := range names {
		for _, size := range []int{n, 2 * n, 4 * n} {
			sources = append(sources, scaled(programs[name], size))
		}
	}
	for what, counts := range measure(t, sources) {
		for i, name := range names {
			once, twice, four := counts[3*i], counts[3*i+1], counts[3*i+2]
			// A constant part is in all three: linear work adds n, then 2n.
			first, second := float64(twice)-float64(once), float64(four)-float64(twice)
			if slack := float64(once)/8 + 2000; second > 2.7*max(first, 0)+slack {
				t.Errorf("%s, %s: %d for %d, %d for %d, %d for %d", name, what, once, n, twice, 2*n, four, 4*n)
			}
		}
	}
}

// allocations counts what each program allocates.
func allocations(t *testing.T, sources []string) map[string][]uint64 {
	t.Helper()
	out := map[string][]uint64{}
	for _, code := range sources {
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		result := Run(context.Background(), Job{Source: Source{Code: code}, Limits: Limits{Memory: 1 << 30}}, Hooks{Host: mirrorHost{}})
		goruntime.ReadMemStats(&after)
		if result.Err != nil {
			t.Fatalf("%s: %+v", code, result.Err)
		}
		out["allocations"] = append(out["allocations"], after.Mallocs-before.Mallocs)
		out["KiB allocated"] = append(out["KiB allocated"], (after.TotalAlloc-before.TotalAlloc)>>10)
	}
	return out
}

// mirrorHost answers with what it was sent.
type mirrorHost struct{}

func (mirrorHost) Call(_ context.Context, c HostCall) (HostReply, error) {
	return HostReply{Fetch: &FetchResponse{Status: 200, URL: c.Fetch.URL, Header: c.Fetch.Header, Body: c.Fetch.Body}}, nil
}

// steps counts the blocks of Go code that each program runs, in a program that
// is built to count them.
func steps(t *testing.T) func(*testing.T, []string) map[string][]uint64 {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "steps")
	build := exec.Command("go", "build", "-cover", "-covermode=atomic", "-coverpkg=./testdata/steps,ratchet/runtime,github.com/dop251/goja",
		"-o", binary, "./testdata/steps")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(t *testing.T, sources []string) map[string][]uint64 {
		t.Helper()
		input, _ := json.Marshal(sources) // texts
		run := exec.Command(binary)
		run.Env = append(os.Environ(), "GOCOVERDIR="+t.TempDir())
		run.Stdin = bytes.NewReader(input)
		output, err := run.Output()
		if failed, ok := err.(*exec.ExitError); ok { //nolint:errorlint // of run itself
			t.Fatalf("%v: %s", err, failed.Stderr)
		}
		var counts []uint64
		if err := json.Unmarshal(output, &counts); err != nil {
			t.Fatal(err)
		}
		return map[string][]uint64{"steps": counts}
	}
}
