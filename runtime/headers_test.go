package runtime

import (
	"context"
	"testing"
)

// Plain properties and methods of Headers show the same, whichever was used.
func TestHeaders_plainProperties(t *testing.T) {
	tests := map[string]string{
		`const h = new Headers(); h['X-New'] = 'v'; return [h.get('x-new'), h['x-new'], [...h.keys()], Object.keys(h)]`:                                                                                       `["v","v",["x-new"],["x-new"]]`,
		`const h = new Headers({a: '1'}); h.a = '2'; return [h.get('a'), h.has('a'), [...h.entries()], JSON.stringify(h)]`:                                                                                    `["2",true,[["a","2"]],"{\"a\":\"2\"}"]`,
		`const h = new Headers([['a', '1'], ['A', '2']]); const two = h.a; h.append('a', '3'); return [two, h.a, h.get('a'), {...h}]`:                                                                         `["1, 2","1, 2, 3","1, 2, 3",{"a":"1, 2, 3"}]`,
		`const h = new Headers([['a', '1'], ['a', '2']]); h.a = '3'; h.append('a', '4'); return [h.a, h.get('a'), new Headers(h).a]`:                                                                          `["3, 4","3, 4","3, 4"]`,
		`const h = new Headers({a: '1'}); h.a = '2'; h.append('a', '3'); h.delete('a'); return [h.a === undefined, h.has('a'), 'a' in h]`:                                                                     `[true,false,false]`,
		`const h = new Headers({'set-cookie': ['a', 'b'], get: 'g'}); return [h.getSetCookie(), [...h], h.get('get'), typeof h.get]`:                                                                          `[["a","b"],[["get","g"],["set-cookie","a"],["set-cookie","b"]],"g","function"]`,
		`const h = new Headers(); const e = (f) => { try { f(); return 'none' } catch (e) { return e.name } }; return [e(() => h['a b'] = 'v'), e(() => h.a = '\n\0')]`:                                       `["TypeError","TypeError"]`,
		`const h = new Headers(); h[Symbol.for('s')] = 1; const o = Object.create(Headers.prototype); o.a = 1; return [[...h.keys()], Object.keys(o), h instanceof Object, String(h), h.hasOwnProperty('x')]`: `[[],["a"],true,"[object Headers]",false]`,
	}
	for code, want := range tests {
		out := Run(context.Background(), Job{Source: Source{Code: "export default () => {" + code + "}"}}, Hooks{})
		if string(out.Output) != want {
			t.Errorf("%s\n got %s %+v\nwant %s", code, out.Output, out.Err, want)
		}
	}
}

// A listener that is gone leaves nothing on the signal it was tied to.
func TestEventTarget_signal(t *testing.T) {
	out := Run(context.Background(), Job{Source: Source{Code: `export default () => {
		const c = new AbortController(), t = new EventTarget(), seen = [];
		const f = () => seen.push('f'), g = () => seen.push('g');
		t.addEventListener('x', f, {signal: c.signal});
		t.addEventListener('x', f, {capture: true});
		t.addEventListener('x', g, {signal: c.signal});
		t.addEventListener('x', f);
		t.dispatchEvent(new Event('x'));
		t.removeEventListener('x', f);
		c.signal.addEventListener('abort', () => seen.push('abort'));
		t.dispatchEvent(new Event('x'));
		t.addEventListener('x', f);
		c.abort();
		t.dispatchEvent(new Event('x'));
		return seen;
	}`}}, Hooks{})
	if want := `["f","f","g","f","g","abort","f","f"]`; string(out.Output) != want {
		t.Errorf("%s %+v, want %s", out.Output, out.Err, want)
	}
}
