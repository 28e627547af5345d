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
		globals = append(globals, m.globals...)
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
		const functions = new Set(), accessors = new Set(), engine = new Set([Object.prototype, Error.prototype, Function.prototype, EventTarget.prototype, Iterator.prototype]);
		const walk = (value, path, depth) => {
			if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
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
	{"Intl.RelativeTimeFormat Intl.RelativeTimeFormat.supportedLocalesOf Intl.RelativeTimeFormat.prototype.resolvedOptions Intl.RelativeTimeFormat.prototype.format", "const f = new Intl.RelativeTimeFormat('en'); each((i) => f.format(i, 'day')); f.resolvedOptions(); Intl.RelativeTimeFormat.supportedLocalesOf('en')"},
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
	{"TextDecoder TextDecoder.prototype.decode", "const d = new TextDecoder(); d.decode(new Uint8Array(n).fill(97)); each(() => d.decode(new Uint8Array([0xc3]), {stream: true})); d.decode(); each(() => new TextDecoder())"},
	{"atob btoa", "atob(btoa('x'.repeat(20 * n))); each(() => atob(btoa('x')))"},
	{"Crypto.prototype.randomUUID Crypto.prototype.getRandomValues", "each(() => { crypto.randomUUID(); crypto.getRandomValues(new Uint8Array(8)) }); crypto.getRandomValues(new Uint8Array(n))"},
	{"SubtleCrypto.prototype.digest SubtleCrypto.prototype.importKey SubtleCrypto.prototype.generateKey SubtleCrypto.prototype.exportKey SubtleCrypto.prototype.sign SubtleCrypto.prototype.verify", "const s = crypto.subtle, a = {name: 'HMAC', hash: 'SHA-256'}, data = new Uint8Array(n * 8); const k = await s.importKey('raw', data, a, true, ['sign', 'verify']); await s.digest('SHA-256', data); await s.verify(a, k, await s.sign(a, k, data), data); for (let i = 0; i < n; i++) { await s.exportKey('raw', await s.generateKey(a, true, ['sign'])); await s.digest('SHA-1', new Uint8Array(1)) }"},
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
	{"Promise.withResolvers Promise.try", "for (let i = 0; i < n; i++) { const p = Promise.withResolvers(); p.resolve(); await p.promise; await Promise.try(() => i) }"},
	{"String.prototype.isWellFormed String.prototype.toWellFormed RegExp.escape", "const text = 'é\\ud800'.repeat(20 * n); text.isWellFormed(); text.toWellFormed(); RegExp.escape('.'.repeat(20 * n)); each(() => RegExp.escape('a.b'))"},
	{"Number.prototype.toLocaleString BigInt.prototype.toLocaleString Array.prototype.toLocaleString TypedArray.prototype.toLocaleString Date.prototype.toLocaleString Date.prototype.toLocaleDateString Date.prototype.toLocaleTimeString", "const d = new Date(0); each((i) => { i.toLocaleString(); BigInt(i).toLocaleString(); d.toLocaleString(); d.toLocaleDateString(); d.toLocaleTimeString() }); list((i) => i).toLocaleString(); new Uint8Array(n).toLocaleString(); BigInt('9'.repeat(n)).toLocaleString()"},
	{"String.prototype.localeCompare String.prototype.toLocaleUpperCase String.prototype.toLocaleLowerCase", "const text = 'é'.repeat(20 * n); text.localeCompare(text + 'a'); text.toLocaleUpperCase(); text.toLocaleLowerCase(); each((i) => 'a'.localeCompare('b'))"},
	{"RegExp.prototype.exec RegExp.prototype.test RegExp.prototype.constructor globalThis.RegExp", "const re = /\\p{L}/u, plain = /a/; each(() => { re.exec('a'); re.test('a'); plain.exec('a'); plain.test('b') }); each((i) => new RegExp('a' + i, 'u')); new RegExp('[a-c]\\\\p{L}'.repeat(n), 'u').test('b')"},
}

// unsupported say so and do nothing else.
var unsupported = []string{
	"SubtleCrypto.prototype.encrypt", "SubtleCrypto.prototype.decrypt", "SubtleCrypto.prototype.deriveKey", "SubtleCrypto.prototype.deriveBits",
	"SubtleCrypto.prototype.wrapKey", "SubtleCrypto.prototype.unwrapKey", "Crypto", "CryptoKey", "SubtleCrypto",
}

// instances have accessors, which are read n times from an instance that is
// made of n things.
var instances = map[string]string{
	"Intl.NumberFormat": "new Intl.NumberFormat('en')", "Intl.DateTimeFormat": "new Intl.DateTimeFormat('en')",
	"Intl.Collator": "new Intl.Collator('en')", "Intl.Locale": "new Intl.Locale('en-Latn-US')",
	"CustomEvent": "new CustomEvent('x', { detail: 1 })",
	"Event":       "new Event('x')", "DOMException": "new DOMException('x'.repeat(n))", "URL": "new URL('http://h/?' + 'a=b&'.repeat(n))",
	"URLSearchParams": "new URLSearchParams('a=b&'.repeat(n))", "AbortController": "new AbortController()",
	"AbortSignal": "(() => { const s = new AbortController().signal; each(() => s.addEventListener('abort', () => {})); return s })()",
	"TextEncoder": "new TextEncoder()", "TextDecoder": "new TextDecoder()", "Crypto": "crypto",
	"CryptoKey": "await crypto.subtle.importKey('raw', new Uint8Array(n), {name: 'HMAC', hash: 'SHA-256'}, true, ['sign'])",
	"Request":   "new Request('http://h/', {method: 'PUT', body: 'x'.repeat(n), headers: list((i) => ['n' + i, 'v'])})",
	"Response":  "new Response('x'.repeat(n), {headers: list((i) => ['n' + i, 'v'])})",
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
