package runtime

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"
)

// TestFetch_refused checks that parameters without meaning are told, not ignored.
func TestFetch_refused(t *testing.T) {
	for _, c := range []struct{ call, want string }{
		{`fetch()`, "the url is missing"},
		{`fetch('/x')`, "not an absolute URL"},
		{`fetch('file:///etc/passwd')`, `the scheme "file:" is not allowed`},
		{`fetch('http://u:p@a/')`, "user name or password"},
		{`fetch('http://a/', 5)`, "must be an object"},
		{`fetch('http://a/', { mode: 'cors' })`, `"mode" is not supported; use method, headers, body, timeout, redirect, signal, throwOnError, idempotencyKey`},
		{`fetch('http://a/', { credentials: 'include' })`, `only "omit" is supported`},
		{`fetch('http://a/', { cache: 'force-cache' })`, `only "no-store" is supported`},
		{`fetch('http://a/', { keepalive: true })`, `"keepalive" is not supported`},
		{`fetch('http://a/', { integrity: 'x' })`, `"integrity" is not supported`},
		{`fetch('http://a/', { metod: 'GET' })`, `"metod" is not supported`},
		{`fetch('http://a/', { method: 'TRACE' })`, `the method "TRACE" is not allowed; use GET`},
		{`fetch('http://a/', { body: 'x' })`, "a GET request cannot have a body"},
		{`fetch('http://a/', { method: 'POST', body: () => 1 })`, "a body of type function"},
		{`fetch('http://a/', { timeout: 0 })`, "milliseconds from 1"},
		{`fetch('http://a/', { timeout: NaN })`, "milliseconds from 1"},
		{`fetch('http://a/', { timeout: 2**40 })`, "milliseconds from 1"},
		{`fetch('http://a/', { redirect: 'maybe' })`, "use follow, error, manual"},
		{`fetch('http://a/', { signal: {} })`, "must be an AbortSignal"},
		{`fetch('http://a/', { throwOnError: 1 })`, "must be true or false"},
		{`fetch('http://a/', { idempotencyKey: '' })`, "must not be empty"},
		{`fetch('http://a/', { headers: { 'a b': 1 } })`, "not a valid header name"},
		{`fetch('http://a/', { headers: { a: 'x\r\nb: y' } })`, "contains a line break"},
		{`fetch('http://a/', { headers: 'a' })`, "the argument must be an object"},
		{`ensureOk({})`, "must be a Response"},
	} {
		out := Run(context.Background(), Job{Source: Source{Code: "async function main() { await " + c.call + " }"}}, Hooks{Host: staticHost{}})
		if e := out.Err; e == nil || !strings.Contains(e.Message, c.want) || (e.Type != "ValidationError" && e.Type != "TypeError") {
			t.Errorf("%s: %s %+v, want %q", c.call, out.Output, out.Err, c.want)
		}
	}
	fine := `async function main() { return (await fetch('http://a/', { cache: 'no-store', credentials: 'omit', mode: undefined })).ok }`
	if out := Run(context.Background(), Job{Source: Source{Code: fine}}, Hooks{Host: staticHost{}}); string(out.Output) != "true" {
		t.Errorf("fulfilled parameters: %s %+v", out.Output, out.Err)
	}
}

// TestWeb_hostile feeds the APIs what their authors did not think of. Every
// expression throws the named error, or has the value.
func TestWeb_hostile(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`new URL('http://' + 'a'.repeat(1e6)).host.length`, `1000000`},
		{`new URL('http://a/' + '../'.repeat(1e5)).href`, `"http://a/"`},
		{`new URL('http://[' + ':'.repeat(1e5) + ']')`, `TypeError`},
		{`new URL('http://a:' + '9'.repeat(1e5))`, `TypeError`},
		{`new URL('http://' + '1.'.repeat(1e5))`, `TypeError`},
		{`new URL({ toString() { throw new RangeError('mine') } })`, `RangeError`},
		{`new URL(Symbol('x'))`, `TypeError`},
		{`Reflect.get(URL.prototype, 'href')`, `TypeError`},
		{`URLSearchParams.prototype.append.call({}, 'a', 'b')`, `TypeError`},
		{`new URLSearchParams(new Proxy({}, { ownKeys() { throw new RangeError('mine') } }))`, `RangeError`},
		{`new URLSearchParams({ get a() { throw new RangeError('mine') } })`, `RangeError`},
		{`new URLSearchParams([[1]])`, `TypeError`},
		{`String(new URLSearchParams('a=%FF&b=%'))`, `"a=%EF%BF%BD&b=%25"`},
		{`(() => { const p = new URLSearchParams('a=1&b=2'); for (const [k] of p) p.delete(k); return p.size })()`, `1`},
		{`new Headers(new Proxy({}, { ownKeys() { throw new RangeError('mine') } }))`, `RangeError`},
		{`new Headers({ get a() { throw new RangeError('mine') } })`, `RangeError`},
		{`new Headers({ a: Symbol('x') })`, `TypeError`},
		{`Headers.prototype.get.call({}, 'a')`, `TypeError`},
		{`new Headers([['__proto__', 'x'], ['constructor', 'y']]).get('constructor')`, `"y"`},
		{`new Headers({ get: 'x' }).get('get')`, `"x"`},
		{`new Response('x', { status: 99 })`, `RangeError`},
		{`new Response('x', { status: 204 })`, `TypeError`},
		{`new Response({ toJSON() { throw new RangeError('mine') } })`, `RangeError`},
		{`Response.prototype.text.call({})`, `TypeError`},
		{`new Request('http://a/', new Proxy({}, { get() { throw new RangeError('mine') }, ownKeys() { return [] } }))`, `RangeError`},
		{`fetch('http://a/', { get method() { throw new RangeError('mine') } })`, `RangeError`},
		{`fetch('http://a/', { method: { toString() { throw new RangeError('mine') } } })`, `RangeError`},
		{`(() => { const o = {}; o.o = o; return fetch('http://a/', { method: 'POST', body: o }) })()`, `TypeError`},
		{`fetch('http://a/', { method: 'POST', body: 10n })`, `ValidationError`},
		{`fetch({ toString() { throw new RangeError('mine') } })`, `RangeError`},
		{`structuredClone((() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o })()) !== null`, `true`},
		{`structuredClone({ get a() { throw new RangeError('mine') } })`, `RangeError`},
		{`structuredClone(new Proxy({}, {}))`, `DataCloneError`},
		{`structuredClone(1, { transfer: [{}] })`, `DataCloneError`},
		{`new Uint8Array(new ArrayBuffer(1, { maxByteLength: 2 }), 0, 2)`, `RangeError`},
		{`(() => { const b = new ArrayBuffer(8, { maxByteLength: 16 }), u = new Uint8Array(b, 4), w = new Uint16Array(b, 0, 4); b.resize(2); const r = [u.length, w.length, u[0], w[0]]; b.resize(16); return [...r, u.length, w.length, u[11], u[12]] })()`, `[0,0,null,null,12,4,0,null]`},
		{`new TextDecoder().decode({})`, `TypeError`},
		{`new TextDecoder('nope')`, `RangeError`},
		{`new TextEncoder().encode({ toString() { throw new RangeError('mine') } })`, `RangeError`},
		{`new TextEncoder().encodeInto('x', [])`, `TypeError`},
		{`atob('a'.repeat(1e6) + '!')`, `InvalidCharacterError`},
		{`btoa('é€')`, `InvalidCharacterError`},
		{`crypto.getRandomValues(new Uint8Array(1e6))`, `QuotaExceededError`},
		{`crypto.subtle.digest('SHA-256', { byteLength: 5 })`, `TypeError`},
		{`crypto.subtle.sign('HMAC', { usages: ['sign'] }, new Uint8Array(1))`, `TypeError`},
		{`crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 2 ** 31 }, true, ['sign'])`, `OperationError`},
		{`crypto.subtle.encrypt({}, null, null)`, `NotSupportedError`},
		{`(1234.5).toLocaleString('de')`, `"1.234,5"`},
		{`(123).toLocaleString('en', { minimumFractionDigits: 1e9 })`, `RangeError`},
		{`(1e308).toLocaleString('en', { style: 'percent' }).length > 300`, `true`},
		{`(5e-324).toLocaleString('en', { maximumSignificantDigits: 21 }).length`, `326`},
		{`new Date(8.64e15).toLocaleString()`, `"9/13/275760, 12:00:00 AM"`},
		{`new Date(NaN).toLocaleDateString()`, `"Invalid Date"`},
		{`'a'.localeCompare('b', 'not a locale')`, `RangeError`},
		{`String.prototype.localeCompare.call(null, 'x')`, `TypeError`},
		{`Reflect.get(Number.prototype, ['toLocale', 'String'].join('')).call(1234.5)`, `"1,234.5"`},
		{`((k) => [1234.5][k]())('toLocale' + 'String')`, `"1,234.5"`},
		{`((k) => (12345n)[k]())('toLocale' + 'String')`, `"12,345"`},
		{`((k) => 'b'[k]('A'))('locale' + 'Compare')`, `1`},
		{`((k) => Object[k]([1], () => 'x').x.length)('group' + 'By')`, `1`},
		{`((k) => Promise[k](() => 5))('t' + 'ry')`, `5`},
		{`((k) => typeof Symbol[k])('dis' + 'pose')`, `"symbol"`},
		{`setTimeout(() => {}, 1e308) > 0 && setTimeout(() => {}, { valueOf() { throw new RangeError('mine') } })`, `RangeError`},
		{`new EventTarget().addEventListener('x', 5)`, `TypeError`},
		{`AbortSignal.any(5)`, `TypeError`},
		{`new DOMException({ toString() { throw new RangeError('mine') } })`, `RangeError`},
	} {
		code := `async function main() { try { const v = await (` + c.code + `); return JSON.stringify(v) } catch (e) { return e.name } }`
		out := Run(context.Background(), Job{Source: Source{Code: code}, Limits: Limits{Wall: 2 * time.Minute}}, Hooks{Host: staticHost{}})
		want, _ := json.Marshal(c.want)
		var got string
		if err := json.Unmarshal(out.Output, &got); err != nil || got != c.want {
			t.Errorf("%s: %s %+v, want %s", c.code, out.Output, out.Err, want)
		}
	}
}

func TestWeb_absent(t *testing.T) {
	code := `function main() {
  return ['require', 'SharedArrayBuffer', 'Atomics', 'window', 'self', 'XMLHttpRequest', 'WebSocket', 'Deno', 'Bun']
    .filter((name) => name in globalThis || typeof globalThis[name] !== 'undefined' || eval('typeof ' + name) !== 'undefined');
}`
	if out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{}); string(out.Output) != "[]" {
		t.Errorf("present: %s %+v", out.Output, out.Err)
	}
	for _, code := range []string{`async function main() { return await import('fs') }`, `async function main() { return eval("import('fs')") }`} {
		if out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{}); out.Err == nil {
			t.Errorf("%s: %s", code, out.Output)
		}
	}
}

// TestWeb_contained checks that Go code that panics is an error of the task.
func TestWeb_contained(t *testing.T) {
	v := newVM(context.Background(), &Job{Limits: Limits{}.WithDefaults()}, Hooks{}, &program{})
	defer v.close()
	var none []int
	broken := v.contained("broken", func(goja.FunctionCall) goja.Value { return v.rt.ToValue(none[3]) })
	thrown := v.contained("thrown", func(goja.FunctionCall) goja.Value { panic(v.rt.NewTypeError("mine")) })
	for name, fn := range map[string]func(goja.FunctionCall) goja.Value{"broken": broken, "thrown": thrown} {
		if err := v.rt.Set(name, fn); err != nil {
			t.Fatal(err)
		}
	}
	got, err := v.rt.RunString(`[broken, thrown].map((f) => { try { f() } catch (e) { return e.name + ' ' + e.message } }).join('; ')`)
	if want := "Error broken failed inside the runtime; this is not the task's fault; TypeError mine"; err != nil || got.String() != want {
		t.Errorf("%v, %v", got, err)
	}
}

func TestModules_fit(t *testing.T) {
	if n := len(theModules().list); n > 64*len(moduleSet{}) {
		t.Errorf("%d modules do not fit into the bits of program.modules", n)
	}
}
