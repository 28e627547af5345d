package runtime

import (
	"context"
	"strings"
	"testing"
)

// polluted puts accessors for every name that our own scripts and host
// functions use on the prototype that all objects share, then uses every
// built-in for the first time.
const polluted = `
for (const name of ['url', 'method', 'headers', 'body', 'timeout', 'redirect', 'get', 'set', 'source',
	'name', 'message', 'stack', 'seq', 'writable', 'enumerable', 'configurable', 'code', 'cause', 'status',
	'response', 'retryable', 'exports', 'now', 'level', 'fields', 'signal', 'aborted', 'once', 'detail', 'type'])
	Object.defineProperty(Object.prototype, name, { __proto__: null, get() { return 'POLLUTED' }, set(v) {}, configurable: true });
export default async (input, context) => {
	const uses = {
		fetch: () => fetch('http://example.invalid/'),
		headers: () => new Headers([['a', 'b']]).get('a'),
		request: () => new Request('http://example.invalid/').url,
		response: () => new Response('text').text(),
		url: () => new URL('http://a/b?c=d').searchParams.get('c'),
		params: () => [...new URLSearchParams('a=1&b=2')].join(),
		clone: () => structuredClone([{ a: [1] }])[0].a[0],
		digest: async () => (await crypto.subtle.digest('SHA-256', new Uint8Array(3))).byteLength,
		uuid: () => crypto.randomUUID().length,
		text: () => new TextDecoder().decode(new TextEncoder().encode('text')),
		base64: () => atob(btoa('text')),
		abort: () => AbortSignal.abort().aborted,
		event: () => new EventTarget().dispatchEvent(new Event('x')),
		timer: () => new Promise((r) => setTimeout(() => r('late'), 1)),
		now: () => typeof performance.now(),
		error: () => { throw new NetworkError('lost') },
		log: () => { context.log.info('m', { a: 1 }); console.log('%s', {}); console.table([{ a: 1 }]) },
		progress: () => reportProgress({ __proto__: null, progress: 0.5 }),
		secret: () => context.secrets.get('none'),
		contextSignal: () => context.signal.aborted,
		regexp: () => /(?<=a)b/.test('ab'),
		locale: () => (1234.5).toLocaleString('en-US'),
		iterator: () => [1, 2].values().map((x) => x + 1).toArray().join(),
	};
	const out = [];
	for (const use of Object.keys(uses)) {
		let text;
		try { text = String(await uses[use]()) } catch (e) { text = 'threw ' + e }
		out.push(use + ': ' + text);
	}
	return out.join('\n');
}`

// TestRun_pollutedPrototype uses built-ins in a realm that the task spoiled:
// what is ours still works, and no error names the engine or its language.
func TestRun_pollutedPrototype(t *testing.T) {
	out := Run(context.Background(), Job{Source: Source{Code: polluted}}, Hooks{Host: staticHost{}})
	if out.Err != nil {
		t.Fatalf("%+v", out.Err)
	}
	got := strings.ReplaceAll(string(out.Output), `\n`, "\n")
	t.Log(got)
	for _, word := range []string{"GoError", "goja", ".go:", "runtime.", "install", "0x"} {
		if strings.Contains(got, word) {
			t.Errorf("the output has %q", word)
		}
	}
	for _, want := range []string{
		"headers: b", "url: d", "params: a,1,b,2", "clone: 1", "digest: 32", "uuid: 36",
		"text: text", "base64: text", "timer: late", "regexp: true",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
}
