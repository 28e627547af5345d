package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// httpHost answers fetches over real HTTP.
type httpHost struct{ client *http.Client }

func (h httpHost) Call(ctx context.Context, c HostCall) (HostReply, error) {
	f := c.Fetch
	if f.TimeoutMS > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(f.TimeoutMS)*time.Millisecond)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, f.Method, f.URL, bytes.NewReader(f.Body))
	if err != nil {
		return HostReply{}, err
	}
	for _, pair := range f.Header {
		request.Header.Add(pair[0], pair[1])
	}
	if f.IdempotencyKey != "" {
		request.Header.Set("Idempotency-Key", f.IdempotencyKey)
	}
	response, err := h.client.Do(request)
	if errors.Is(err, context.DeadlineExceeded) {
		return HostReply{Error: &CallError{Class: "TimeoutError", Message: "fetch: no answer in time"}}, nil
	}
	if err != nil {
		return HostReply{Error: &CallError{Class: "NetworkError", Message: err.Error(), Code: "unreachable"}}, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return HostReply{}, err
	}
	_, text, _ := strings.Cut(response.Status, " ")
	reply := &FetchResponse{Status: response.StatusCode, StatusText: text, Body: body, URL: response.Request.URL.String(), Redirected: response.Request != request}
	for name, values := range response.Header {
		for _, v := range values {
			reply.Header = append(reply.Header, [2]string{strings.ToLower(name), v})
		}
	}
	return HostReply{Fetch: reply}, nil
}

func fetchServer(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"method": r.Method, "type": r.Header.Get("Content-Type"), "body": string(body), "x": r.Header.Values("X-A"),
			"key": r.Header.Get("Idempotency-Key"), "query": r.URL.RawQuery,
		})
	})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(code)
		if code != http.StatusNoContent {
			_, _ = io.WriteString(w, "told")
		}
	})
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "\uFEFFtext é")
	})
	mux.HandleFunc("/bad", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		_, _ = io.WriteString(w, `{"a":`)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/text", http.StatusFound) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// TestFetch runs the body of main with u = the server's address; it returns
// what is compared, or throws.
func TestFetch(t *testing.T) {
	server := fetchServer(t)
	for _, c := range fetchCases {
		t.Run(c.name, func(t *testing.T) {
			input, _ := json.Marshal(server.URL)
			job := Job{Input: input, Source: Source{Code: "async function main(u) {\n" + c.code + "\n}"}, ThrowOnError: c.throws}
			out := Run(context.Background(), job, Hooks{Host: httpHost{server.Client()}})
			got := string(out.Output)
			if out.Err != nil {
				got = out.Err.Type + ": " + out.Err.Message
			}
			if diff := cmp.Diff(strings.ReplaceAll(c.want, "HOST", server.URL), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// describeError returns a thrown error as a line.
const describeError = `const thrown = async (f) => { try { await f(); return 'nothing' } catch (e) { return [e.name, e.status, e.retryAfter, e.retryable, e instanceof Error, e.response && e.response.body, e.code] } };
`

var fetchCases = []struct {
	name, code, want string
	throws           bool
}{
	{name: "await", code: `const r = await fetch(u + '/echo?a=b'); return [r.ok, r.status, r.statusText, r.url, r.redirected, r.type, r.body.method, r.body.query]`, want: `[true,200,"OK","HOST/echo?a=b",false,"basic","GET","a=b"]`},
	{name: "in place", code: `const p = fetch(u + '/echo'); return [p.ok, p.status, p.body.method, p instanceof Promise, (await p.json()).method]`, want: `[true,200,"GET",true,"GET"]`},
	{name: "then", code: `return fetch(u + '/text').then((r) => r.text())`, want: `"text é"`},
	{name: "read again", code: `const r = await fetch(u + '/echo'); r.body; return [r.bodyUsed, (await r.json()).method, r.bodyUsed, typeof await r.text(), (await r.bytes()).length === (await r.arrayBuffer()).byteLength, r.clone().body.method]`, want: `[false,"GET",true,"string",true,"GET"]`},
	{name: "object", code: `const { body } = await fetch(u + '/echo', { method: 'post', body: { a: 1 } }); return [body.method, body.type, body.body]`, want: `["POST","application/json","{\"a\":1}"]`},
	{name: "third argument", code: `const { body } = await fetch(u + '/echo', { method: 'PUT', body: 'x' }, [1]); return [body.method, body.type, body.body]`, want: `["PUT","application/json","[1]"]`},
	{name: "text", code: `const { body } = await fetch(u + '/echo', { method: 'PATCH', body: 'a b' }); return [body.type, body.body]`, want: `["text/plain;charset=UTF-8","a b"]`},
	{name: "JSON text", code: `const { body } = await fetch(u + '/echo', { method: 'DELETE', body: '{}' }); return [body.type, body.body]`, want: `["application/json","{}"]`},
	{name: "form", code: `const { body } = await fetch(u + '/echo', { method: 'POST', body: new URLSearchParams({ a: 'b c', d: 'é' }) }); return [body.type, body.body]`, want: `["application/x-www-form-urlencoded;charset=UTF-8","a=b+c&d=%C3%A9"]`},
	{name: "bytes", code: `const { body } = await fetch(u + '/echo', { method: 'POST', body: new Uint8Array([120, 97, 98]).subarray(1) }); return [body.type, body.body]`, want: `["","ab"]`},
	{name: "own type", code: `const { body } = await fetch(u + '/echo', { method: 'POST', headers: { 'Content-TYPE': 'text/csv' }, body: 'a,b' }); return body.type`, want: `"text/csv"`},
	{name: "headers", code: `const { body } = await fetch(u + '/echo', { headers: { 'x-a': ['1', '2'] }, idempotencyKey: 'k1' }); return [body.x, body.key]`, want: `[["1","2"],"k1"]`},
	{name: "request", code: `const q = new Request(u + '/echo', { method: 'POST', body: 'x', headers: [['x-a', '9']] }); const { body } = await fetch(q.clone(), { headers: { 'x-a': '8' } }); return [q.method, q.url, body.x, body.body]`, want: `["POST","HOST/echo",["8"],"x"]`},
	{name: "URL", code: `return (await fetch(new URL('/echo#part', u))).url`, want: `"HOST/echo"`},
	{name: "response headers", code: `const { headers: h } = await fetch(u + '/text'); return [h['content-type'], h.get('CONTENT-type'), h.has('x'), h.getSetCookie(), [...h].filter(([k]) => k === 'set-cookie').length]`, want: `["text/plain","text/plain",false,["a=1","b=2"],2]`},
	{name: "redirect", code: `const r = await fetch(u + '/moved'); return [r.redirected, r.url, r.status]`, want: `[true,"HOST/text",200]`},
	{name: "not ok", code: `const r = await fetch(u + '/status/404'); return [r.ok, r.status, r.body]`, want: `[false,404,"told"]`},
	{name: "no content", code: `const r = await fetch(u + '/status/204'); return [r.ok, r.body, await r.text()]`, want: `[true,null,""]`},
	{name: "HEAD", code: `const r = await fetch(u + '/echo', { method: 'HEAD' }); return [r.ok, r.body]`, want: `[true,null]`},
	{name: "bad JSON", code: describeError + `const r = await fetch(u + '/bad'); return [r.body, (await thrown(() => r.json()))[0]]`, want: `["{\"a\":","SyntaxError"]`},
	{name: "ensureOk", code: describeError + `const list = []; for (const s of [200, 401, 403, 404, 429, 500, 503]) list.push(await thrown(async () => ensureOk(await fetch(u + '/status/' + s)))); return list`, want: `["nothing",["AuthenticationError",401,null,false,true,"told",null],["AuthorizationError",403,null,false,true,"told",null],["HttpError",404,null,false,true,"told",null],["RateLimitError",429,7,true,true,"told",null],["ServiceUnavailableError",500,null,true,true,"told",null],["ServiceUnavailableError",503,null,true,true,"told",null]]`},
	{name: "ensureOk in place", code: `return ensureOk(fetch(u + '/echo')).status`, want: `200`},
	{name: "ensureOk of a promise", code: `return ensureOk(Promise.resolve())`, want: `ValidationError: ensureOk: the argument is a promise; await it first`},
	{name: "throwOnError", code: describeError + `return [await thrown(() => fetch(u + '/status/404', { throwOnError: true })), await thrown(() => fetch(u + '/status/404').status)]`, want: `[["HttpError",404,null,false,true,"told",null],"nothing"]`},
	{name: "throwOnError of the task", throws: true, code: describeError + `return [await thrown(() => fetch(u + '/status/401')), await thrown(() => fetch(u + '/status/401').status), await thrown(() => fetch(u + '/status/401', { throwOnError: false }))]`, want: `[["AuthenticationError",401,null,false,true,"told",null],["AuthenticationError",401,null,false,true,"told",null],"nothing"]`},
	{name: "unreachable", code: describeError + `return thrown(() => fetch('http://127.0.0.1:1/'))`, want: `["NetworkError",null,null,true,true,null,"unreachable"]`},
	{name: "timeout", code: describeError + `return (await thrown(() => fetch(u + '/slow', { timeout: 20 })))[0]`, want: `"TimeoutError"`},
	{name: "abort", code: describeError + `const c = new AbortController(); setTimeout(() => c.abort(), 5); return (await thrown(() => fetch(u + '/slow', { signal: c.signal, timeout: 500 })))[0]`, want: `"AbortError"`},
	{name: "aborted before", code: `try { await fetch(u + '/slow', { signal: AbortSignal.abort('why') }) } catch (e) { return e }`, want: `"why"`},
	{name: "signal timeout", code: describeError + `return (await thrown(() => fetch(u + '/slow', { signal: AbortSignal.timeout(5), timeout: 500 })))[0]`, want: `"TimeoutError"`},
	{name: "parallel", code: `const all = await Promise.all([1, 2, 3].map((n) => fetch(u + '/echo?' + n))); return all.map((r) => r.body.query)`, want: `["1","2","3"]`},
}

// TestFetchFailureHasAPlace: the error of a request that failed far away points
// to the line that asked, in every kind of run.
func TestFetchFailureHasAPlace(t *testing.T) {
	server := fetchServer(t)
	for name, c := range map[string]struct {
		code, language, want string
		line                 int
	}{
		"awaited":    {code: "async function main(u) {\n  const a = 1;\n  const r = await fetch('http://127.0.0.1:1/');\n  return r.status;\n}", line: 3, want: "main"},
		"later":      {code: "async function main(u) {\n  await fetch(u + '/text');\n  const asked = fetch('http://127.0.0.1:1/');\n  await null;\n  return (await asked).status;\n}", line: 3, want: "main"},
		"in place":   {code: "function main(u) {\n  return fetch('http://127.0.0.1:1/').status;\n}", line: 2, want: "main"},
		"inner":      {code: "const load = (u) =>\n  fetch(u);\nasync function main() {\n  const r = await load('http://127.0.0.1:1/');\n}", line: 2, want: "load"},
		"refused":    {code: "async function main(u) {\n\n  return (await fetch(u + '/status/404', { throwOnError: true })).status;\n}", line: 3, want: "main"},
		"together":   {code: "async function main(u) {\n  await Promise.all([\n    fetch(u + '/text'),\n    fetch('http://127.0.0.1:1/'),\n  ]);\n}", line: 4, want: "main"},
		"typescript": {language: "typescript", code: "interface In { u: string }\n\nexport default async function run(u: string): Promise<number> {\n  const r = await fetch('http://127.0.0.1:1/' as string);\n  return r.status;\n}", line: 4},
	} {
		for mode, job := range map[string]Job{"plain": {}, "profile": {Profile: true}, "coverage": {Coverage: true}} {
			t.Run(name+" "+mode, func(t *testing.T) {
				job.Input, _ = json.Marshal(server.URL)
				job.Source = Source{Code: c.code, Language: ratchet.Language(c.language)}
				out := Run(context.Background(), job, Hooks{Host: httpHost{server.Client()}})
				if out.Err == nil {
					t.Fatalf("no error but %s", out.Output)
				}
				if out.Err.Line != c.line || out.Err.Snippet == "" || !strings.Contains(out.Err.Stack, c.want) {
					t.Errorf("%s at line %d, want %d\n%s\n%s", out.Err.Type, out.Err.Line, c.line, out.Err.Snippet, out.Err.Stack)
				}
			})
		}
	}
}
