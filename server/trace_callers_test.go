package server

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestCallersTraces: a traceparent is honoured wherever it can be said.
func TestCallersTraces(t *testing.T) {
	const tool, message = "ratchet_list_templates", "tools/call ratchet_list_templates"
	meta := `"_meta":{"traceparent":"` + theirParent + `","tracestate":"them=1","baggage":"k=v"}`
	later := `"_meta":{"traceparent":"` + theirParent + `","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	call := func(meta string) string {
		return `{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"` + tool + `","arguments":{},` + meta + `}}`
	}
	withToken := strings.Replace(meta, `{`, `{"progressToken":1,`, 1) // the SDK's
	modern := []string{"Mcp-Protocol-Version", modernEra, "Mcp-Method", methodCallTool, "Mcp-Name", tool}
	post := func(path, body string, headers ...string) func(*watched) {
		return func(w *watched) {
			if r := w.send(http.MethodPost, path, body, headers...); r.Status != http.StatusOK {
				w.t.Errorf("%d %s", r.Status, r.Body)
			}
		}
	}
	stdio := func(body string, shake bool) func(*watched) {
		return func(w *watched) {
			l := openLines(w.t, w.s)
			if shake {
				l.shake(w.t)
			} else {
				l.send(w.t, strings.Replace(call(later), `"tools/call"`, `"server/discover"`, 1))
				l.read(w.t)
			}
			l.send(w.t, body)
			l.read(w.t)
			l.stop()
			if err := <-l.done; err != nil {
				w.t.Error(err)
			}
		}
	}
	for name, c := range map[string]struct {
		send func(*watched)
		span string
		link bool // the HTTP request is another trace, and linked
	}{
		"meta":               {post("/mcp", call(meta)), message, true},
		"meta, later era":    {post("/mcp", call(later), modern...), message, true},
		"meta, by the SDK":   {post("/mcp", call(withToken)), message, true},
		"stdio":              {stdio(call(meta), true), message, false},
		"stdio, later era":   {stdio(call(later), false), message, false},
		"stdio, by the SDK":  {stdio(call(withToken), true), message, false},
		"other methods":      {stdio(`{"jsonrpc":"2.0","id":5,"method":"prompts/get","params":{"name":"author_task","arguments":{"goal":"x"},`+meta+`}}`, true), "prompts/get author_task", false},
		"REST":               {post("/api/v1/tools/list_templates", `{}`, "Traceparent", theirParent), "execute_tool " + tool, false},
		"GraphQL":            {post("/graphql", `{"query":"{ templates { totalCount } }"}`, "Traceparent", theirParent), "execute_tool " + tool, false},
		"header for MCP":     {post("/mcp", call(`"_meta":{}`), "Traceparent", theirParent), message, false},
		"header for the SDK": {post("/mcp", call(`"_meta":{"progressToken":1}`), "Traceparent", theirParent), message, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, openCollector(t))
			w.t = t
			c.send(w)
			w.flush()
			got := w.c.one(t, c.span)
			var request exported
			if posts := slices.DeleteFunc(slices.Clone(w.c.spans), func(s exported) bool { return !strings.HasPrefix(s.Name, "POST ") }); len(posts) == 1 {
				request = posts[0]
			}
			switch {
			case got.Trace != theirTrace:
				t.Errorf("the span is of trace %s", got.Trace)
			case request.ID != "" && !c.link: // the header's is the request's parent
				if got.Parent != request.ID || request.Parent != theirSpan {
					t.Errorf("parents %s and %s", got.Parent, request.Parent)
				}
			case got.Parent != theirSpan:
				t.Errorf("the parent is %s", got.Parent)
			}
			if c.link && (!slices.Equal(got.Links, []string{request.ID}) || request.Trace == theirTrace) {
				t.Errorf("linked to %q, the request is %s of %s", got.Links, request.ID, request.Trace)
			}
			if got.Attrs["jsonrpc.request.id"] != "a" && strings.HasPrefix(c.span, "tools/call") && !strings.HasPrefix(name, "stdio, by") {
				t.Errorf("%v", got.Attrs)
			}
		})
	}
}

// TestUnsampledTraces: who does not record is not recorded, and goes on being
// told to others.
func TestUnsampledTraces(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	w.task("get", fetching)
	unsampled := strings.TrimSuffix(theirParent, "1") + "0"
	out := w.run("get", nil, "Traceparent", unsampled)
	if out["status"] != "completed" {
		t.Fatalf("%v", out)
	}
	w.flush()
	for _, s := range w.c.spans {
		if s.Trace == theirTrace {
			t.Errorf("%s was recorded", s.Name)
		}
	}
	said := w.site.headers()[0].Get("Traceparent")
	if !strings.HasPrefix(said, "00-"+theirTrace+"-") || !strings.HasSuffix(said, "-00") || said == unsampled {
		t.Errorf("the receiver was told %q", said)
	}
}

// TestSampleRatio: with ratio 0 nothing begun here is recorded, what others
// record is.
func TestSampleRatio(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.sample_ratio", "0", "tracing.metrics", "false")
	w.tool("ratchet_list_templates", map[string]any{})
	w.tool("ratchet_list_templates", map[string]any{}, "Traceparent", theirParent)
	w.flush()
	if got := w.c.one(t, "tools/call ratchet_list_templates"); got.Trace != theirTrace {
		t.Errorf("%+v", got)
	}
}

// TestPropagation: what the requests of tasks carry is the operator's to say,
// and a task's own header is its own.
func TestPropagation(t *testing.T) {
	for mode, want := range map[string][3]bool{"none": {}, "trace": {true, true, false}, "all": {true, true, true}} {
		t.Run(mode, func(t *testing.T) {
			w := watch(t, openCollector(t), "tracing.propagate", mode, "tracing.metrics", "false")
			w.task("get", fetching)
			headers := []string{"Traceparent", theirParent, "Tracestate", "them=1", "Baggage", "k=v"}
			w.run("get", nil, headers...)
			h := w.site.headers()[0]
			if got := [3]bool{h.Get("Traceparent") != "", h.Get("Tracestate") != "", h.Get("Baggage") != ""}; got != want {
				t.Errorf("sent %v of %v", got, h)
			}
			own := map[string]any{"url": w.site.url, "headers": map[string]string{"TraceParent": "mine"}}
			w.run("get", map[string]any{"input": own}, headers...)
			h = w.site.headers()[1]
			if got := h.Values("Traceparent"); !slices.Equal(got, []string{"mine"}) || h.Get("Tracestate") != "" {
				t.Errorf("the task's own header became %q in %v", got, h)
			}
		})
	}
}

// TestTraceOfTheCallerIsCarriedOn: without a collector too, requests of a task belong to
// the trace that its caller named.
func TestTraceOfTheCallerIsCarriedOn(t *testing.T) {
	got := make(chan string, 1)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Traceparent") }))
	t.Cleanup(target.Close)
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	port := target.URL[strings.LastIndexByte(target.URL, ':')+1:]
	for propagate, want := range map[string]string{"trace": parent, "none": ""} {
		s := wholeServer(t, "http.allow_private", "127.0.0.1/32", "http.allow_ports", port, "tracing.propagate", propagate)
		task := `{"name":"f","description":"d","code":"export default async () => (await fetch('` + target.URL + `')).status","inputSchema":{"type":"object"},"outputSchema":{}}`
		if w := send(t, s, http.MethodPost, "/api/v1/tasks", task); w.Code != http.StatusCreated {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/api/v1/tasks/f/execute", strings.NewReader(`{"input":{}}`))
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Traceparent", parent)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), `"output":200`) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if carried := <-got; carried != want {
			t.Errorf("%s: the request carries %q, want %q", propagate, carried, want)
		}
	}
}

// TestTracedRunsAreRecordedAlike: what the trace adds to a request is on no
// tape, so a replay is the same run; and a retry finds its effects.
func TestTracedRunsAreRecordedAlike(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	w.task("post", `export default async (i) => { await fetch(i.url, {method: "POST", body: {n: 1}}); throw new Error("once more") }`)
	id := w.run("post", nil)["execution_id"].(string)
	if out := w.tool("ratchet_replay_execution", map[string]any{"execution_id": id}); out["identical"] != true {
		t.Errorf("the replay: %v", out)
	}
	tape, err := w.s.deps.Store.Tape(t.Context(), id)
	if err != nil || len(tape) == 0 || bytes.Contains(bytes.ToLower(tape), []byte("traceparent")) {
		t.Errorf("%v, a tape of %d bytes", err, len(tape))
	}
	again := w.tool("ratchet_retry_execution", map[string]any{"execution_id": id})
	if seen := w.site.headers(); len(seen) != 1 || seen[0].Get("Traceparent") == "" || again["retry_of"] != id {
		t.Errorf("%d requests were made: %v", len(seen), again)
	}
	w.flush()
	if n := len(w.c.all("POST")); n != 1 {
		t.Errorf("%d requests have a span; the ledger answered the second", n)
	}
}
