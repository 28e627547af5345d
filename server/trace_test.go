package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ratchet/registry"

	"github.com/google/go-cmp/cmp"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"ratchet/server/config"
)

const (
	theirTrace  = "0af7651916cd43dd8448eb211c80319c"
	theirSpan   = "b7ad6b7169203331"
	theirParent = "00-" + theirTrace + "-" + theirSpan + "-01"
)

// watched is a server with real workers whose telemetry a collector takes.
type watched struct {
	secured
	c    *collector
	web  *httptest.Server
	log  *syncBuffer
	site *site
}

// syncBuffer is written by many.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// site is what tasks fetch from.
type site struct {
	url  string
	mu   sync.Mutex
	seen []http.Header
}

func openSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		s.mu.Lock()
		s.seen = append(s.seen, r.Header.Clone())
		s.mu.Unlock()
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
		_, _ = io.WriteString(w, "hello")
	}))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

// headers are those of the requests that came, in order.
func (s *site) headers() []http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// watch opens a server that sends to c. Keys and values of the configuration
// follow.
func watch(t *testing.T, c *collector, flags ...string) *watched {
	t.Helper()
	target := openSite(t)
	u, _ := url.Parse(target.url)
	settings := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "mcp.toolsets": "all", "rate_limit.enabled": "false",
		"execution.workers.warm": "0", "logging.access": "true", "http.allow_private": "127.0.0.1/32", "http.allow_ports": u.Port(),
	}
	if c != nil {
		settings["tracing.endpoint"] = c.address
	}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Secrets = map[string]string{"TOKEN": "s3cr3t-value"}
	log := &syncBuffer{}
	s, err := Open(t.Context(), cfg, Options{
		Worker: []string{os.Args[0], "--worker"}, Log: slog.New(slog.NewJSONHandler(log, nil)), Tools: []registry.Tool{boom},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	w := &watched{secured{t: t, s: s, url: web.URL}, c, web, log, target}
	t.Cleanup(w.flush)
	return w
}

// boom is a tool that is broken.
var boom = registry.Define(registry.Spec{
	Name: "ratchet_boom", Title: "Boom", Doc: "Fails.", Toolset: "core", Category: "execution", Effect: registry.Reads,
	Routes:   []registry.Route{{Method: "GET", Path: "/boom"}},
	Examples: []registry.Example{{Title: "plain", Args: json.RawMessage(`{}`)}},
}, func(context.Context, *registry.Deps, struct{}) (boomOut, error) { panic("boom") })

type boomOut struct {
	Text string `json:"text" jsonschema:"description=never there"`
}

// flush closes the server: all it has made is sent then.
func (w *watched) flush() {
	w.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	w.web.Close()
	if err := w.s.Close(context.Background()); err != nil {
		w.t.Error(err)
	}
}

// tool calls a tool over MCP, past the SDK, and returns what it answered.
func (w *watched) tool(name string, args any, headers ...string) map[string]any {
	w.t.Helper()
	raw, _ := json.Marshal(args)
	r := w.send(http.MethodPost, "/mcp", callLine("7", name, string(raw)), headers...)
	var body struct {
		Result struct {
			StructuredContent map[string]any `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(r.Body), &body); err != nil || body.Result.StructuredContent == nil {
		w.t.Fatalf("%s answered %d %s", name, r.Status, r.Body)
	}
	return body.Result.StructuredContent
}

func (w *watched) task(name, code string) {
	w.t.Helper()
	w.tool("ratchet_set_secret", map[string]any{"name": "TOKEN", "task_patterns": []string{"*"}, "readable": true})
	if out := w.tool("ratchet_create_task", map[string]any{
		"name": name, "description": "d", "code": code, "metadata": map[string]any{"secrets": []string{"TOKEN"}}, "input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{},
	}); out["task_id"] == nil {
		w.t.Fatalf("%v", out)
	}
}

func (w *watched) run(name string, args map[string]any, headers ...string) map[string]any {
	w.t.Helper()
	all := map[string]any{"task_id": name, "input": map[string]any{"url": w.site.url}}
	for key, value := range args {
		all[key] = value
	}
	return w.tool("ratchet_execute_task", all, headers...)
}

const fetching = `export default async (i) => (await fetch(i.url + "/page?token=abc", {method: i.method ?? "GET", headers: i.headers ?? {}})).status`

// TestOneTrace: one trace leads from the request to what the task fetched.
func TestOneTrace(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.headers", "x-key=a%20secret", "tracing.service_name", "under-test")
	w.task("get", fetching)
	out := w.run("get", nil, "Traceparent", theirParent, "Tracestate", "them=1", "X-Request-Id", "req_1")
	x, err := w.s.deps.Store.Execution(t.Context(), out["execution_id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	w.flush()
	request := slices.DeleteFunc(w.c.all("POST /mcp"), func(s exported) bool { return s.Trace != theirTrace })
	if len(request) != 1 {
		t.Fatalf("%d requests of that trace in %s", len(request), w.c.names())
	}
	root, call := request[0], w.c.one(t, "tools/call ratchet_execute_task")
	run, wait, work, get := w.c.one(t, "execution get"), w.c.one(t, "queue"), w.c.one(t, "worker run"), w.c.one(t, "GET")
	want := []string{theirSpan, root.ID, call.ID, run.ID, run.ID, work.ID}
	chain := []exported{root, call, run, wait, work, get}
	for i, s := range chain {
		if s.Trace != theirTrace || s.Parent != want[i] || s.State != "them=1" || s.End < s.Start {
			t.Errorf("%s: trace %s, parent %s (want %s), state %q, from %d to %d", s.Name, s.Trace, s.Parent, want[i], s.State, s.Start, s.End)
		}
	}
	if x.TraceID != theirTrace || wait.End != work.Start || run.Start/1000 != uint64(x.QueuedAt.UnixMicro()) ||
		work.Start/1000 != uint64(x.StartedAt.UnixMicro()) || run.End/1000 != uint64(x.CompletedAt.UnixMicro()) {
		t.Errorf("the row says %s, %v to %v; the spans %+v %+v", x.TraceID, x.StartedAt, x.CompletedAt, run, work)
	}
	if get.Start < work.Start || get.End > work.End {
		t.Errorf("the request is not within the work: %+v %+v", get, work)
	}
	seen := w.site.headers()[0]
	if seen.Get("Traceparent") != "00-"+theirTrace+"-"+get.ID+"-01" || seen.Get("Tracestate") != "them=1" {
		t.Errorf("the receiver was told %v", seen)
	}
	checkAttributes(t, root, map[string]string{
		"http.request.method": "POST", "http.route": "/mcp", "http.response.status_code": "200", "url.path": "/mcp", "url.scheme": "http",
		"server.address": "127.0.0.1", "client.address": "127.0.0.1", "ratchet.request.id": "req_1", "network.protocol.version": "1.1",
	})
	checkAttributes(t, call, map[string]string{
		"mcp.method.name": "tools/call", "gen_ai.tool.name": "ratchet_execute_task", "gen_ai.operation.name": "execute_tool",
		"jsonrpc.request.id": "7", "network.transport": "tcp", "network.protocol.name": "http", "ratchet.request.id": "req_1",
	})
	checkAttributes(t, run, map[string]string{
		"ratchet.execution.id": x.ID, "ratchet.task.name": "get", "ratchet.task.version": x.TaskVersion,
		"ratchet.execution.status": "completed", "ratchet.execution.origin": "direct", "ratchet.execution.attempt": "1",
	})
	checkAttributes(t, get, map[string]string{
		"http.request.method": "GET", "http.response.status_code": "200", "url.full": w.site.url + "/page?REDACTED", "server.address": "127.0.0.1",
	})
	if root.Kind != trace.Span_SPAN_KIND_SERVER || call.Kind != trace.Span_SPAN_KIND_SERVER || get.Kind != trace.Span_SPAN_KIND_CLIENT {
		t.Errorf("kinds %v %v %v", root.Kind, call.Kind, get.Kind)
	}
	if w.c.resource["service.name"] != "under-test" || w.c.resource["service.version"] != "dev" || w.c.resource["service.instance.id"] == "" {
		t.Errorf("sent by %v", w.c.resource)
	}
	if !slices.Contains(w.c.requests(), "/v1/traces a secret") {
		t.Errorf("asked %q", w.c.requests())
	}
	line := `"request_id":"req_1","trace_id":"` + theirTrace + `","span_id":"` + root.ID + `"`
	if !strings.Contains(w.log.String(), line) {
		t.Errorf("no line has %s:\n%s", line, w.log.String())
	}
}

// checkAttributes wants all of want.
func checkAttributes(t *testing.T, s exported, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for key := range want {
		got[key] = s.Attrs[key]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", s.Name, diff)
	}
}

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

// TestFailuresAreMarked: what fails is an error in the trace, by type.
func TestFailuresAreMarked(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	w.task("fail", `export default async (i) => { await fetch(i.url + "/gone"); throw new TypeError("no: secret text") }`)
	w.run("fail", nil)
	w.send(http.MethodPost, "/api/v1/tools/get_task", `{"task_id":"nobody"}`)
	w.send(http.MethodPost, "/mcp", callLine("1", "ratchet_nope", "{}"))
	w.flush()
	for name, want := range map[string]map[string]string{
		"tools/call ratchet_execute_task": {"error.type": "tool_error", "ratchet.error.type": "execution_error"},
		"execution fail":                  {"error.type": "TypeError", "ratchet.execution.status": "failed"},
		"worker run":                      {"error.type": "TypeError"},
		"GET":                             {"error.type": "410", "http.response.status_code": "410"},
		"execute_tool ratchet_get_task":   {"error.type": "not_found", "ratchet.surface": "rest"},
		"tools/call":                      {"error.type": "-32602", "rpc.response.status_code": "-32602"},
	} {
		s := w.c.one(t, name)
		if !s.Failed {
			t.Errorf("%s is no error", name)
		}
		checkAttributes(t, s, want)
	}
	for _, s := range w.c.spans {
		for key, value := range s.Attrs {
			if strings.Contains(value, "secret text") {
				t.Errorf("%s tells the message in %s", s.Name, key)
			}
		}
	}
}

// TestErrorLinesSayTheirTrace: a line about what went wrong leads to the trace.
func TestErrorLinesSayTheirTrace(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false", "logging.access", "false")
	said := []string{"Traceparent", theirParent, "X-Request-Id", "req_9"}
	w.send(http.MethodPost, "/mcp", callLine("1", "ratchet_boom", "{}"), said...)
	w.send(http.MethodPost, "/mcp", strings.Replace(callLine("1", "ratchet_boom", "{}"), `"name"`, `"_meta":{"progressToken":1},"name"`, 1), said...)
	w.send(http.MethodGet, "/api/v1/boom", "", said...)
	w.send(http.MethodPost, "/graphql", `{"query":"{ boom { text } }"}`, said...)
	n := 0
	for line := range strings.Lines(w.log.String()) {
		var l struct {
			Level, Msg string
			Request    string `json:"request_id"`
			Trace      string `json:"trace_id"`
			Span       string `json:"span_id"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Level != "ERROR" {
			continue
		}
		n++
		if l.Request != "req_9" || l.Trace != theirTrace || len(l.Span) != 16 {
			t.Errorf("%s", line)
		}
	}
	if n != 4 {
		t.Errorf("%d lines about four failures:\n%s", n, w.log.String())
	}
}

// TestSecretsStayOut: a secret that a task reads is named, and nothing tells it.
func TestSecretsStayOut(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	w.task("keyed", `export default async (i, c) => { const t = await c.secrets.get("TOKEN"); return (await fetch(i.url + "/" + t + "/x")).status }`)
	if out := w.run("keyed", nil); out["status"] != "completed" {
		t.Fatalf("%v", out)
	}
	w.flush()
	read, get := w.c.one(t, "secret"), w.c.one(t, "GET")
	checkAttributes(t, read, map[string]string{"ratchet.secret.name": "TOKEN"})
	if !strings.HasSuffix(get.Attrs["url.full"], "/x") || read.Parent != get.Parent {
		t.Errorf("%+v %+v", read, get)
	}
	if strings.Contains(fmt.Sprint(w.c.spans), "s3cr3t") {
		t.Errorf("a span tells the secret: %+v", get)
	}
}

// TestRunsOutliveTheirCalls: a run that goes on after its call was answered is
// a part of the call's trace.
func TestRunsOutliveTheirCalls(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	w.task("later", `export default async () => { function inner() { return 1 }; return inner() }`)
	out := w.run("later", map[string]any{"wait": 0, "profile": true})
	w.tool("ratchet_get_execution_status", map[string]any{"execution_id": out["execution_id"], "wait": 25})
	w.flush()
	call, run, inner := w.c.one(t, "tools/call ratchet_execute_task"), w.c.one(t, "execution later"), w.c.one(t, "inner")
	if run.Parent != call.ID || run.Trace != call.Trace {
		t.Errorf("%+v is no child of %+v", run, call)
	}
	if inner.Trace != call.Trace || inner.Attrs["code.line.number"] != "1" || inner.Parent == run.ID {
		t.Errorf("a function of the profile: %+v", inner)
	}
}

// TestMetricsAreSent: the counters of /metrics, and no others.
func TestMetricsAreSent(t *testing.T) {
	w := watch(t, openCollector(t))
	w.tool("ratchet_list_templates", map[string]any{})
	w.flush()
	if m := w.c.metrics["ratchet_mcp_calls_total"]; m.GetSum() == nil || len(m.GetSum().GetDataPoints()) != 1 || m.GetSum().GetDataPoints()[0].GetAsDouble() != 1 {
		t.Errorf("calls: %v", m)
	}
	for _, name := range []string{"ratchet_http_request_duration_seconds", "ratchet_tasks", "ratchet_workers_resident_memory_bytes", "go_goroutines"} {
		if w.c.metrics[name] == nil {
			t.Errorf("%s was not sent", name)
		}
	}
}

func TestGRPC(t *testing.T) {
	w := watch(t, openGRPCCollector(t), "tracing.protocol", "grpc", "tracing.insecure", "true", "tracing.headers", "x-key=k")
	w.tool("ratchet_list_templates", map[string]any{})
	w.flush()
	w.c.one(t, "tools/call ratchet_list_templates")
	if got := w.c.requests(); !slices.Contains(got, "grpc traces k") || !slices.Contains(got, "grpc metrics k") || w.c.metrics["ratchet_mcp_calls_total"] == nil {
		t.Errorf("asked %q", got)
	}
}

// TestCollectorIsGone: nobody notices but the log.
func TestCollectorIsGone(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	_ = listener.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for name, c := range map[string][2]string{
		"http": {"http", nobody}, "grpc": {"grpc", nobody}, "http, silent": {"http", silent.Addr().String()}, "grpc, silent": {"grpc", silent.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, nil, "tracing.endpoint", "http://"+c[1], "tracing.protocol", c[0], "tracing.timeout", "0.2")
			w.task("get", fetching)
			if out := w.run("get", nil); out["status"] != "completed" {
				t.Errorf("%v", out)
			}
			w.flush()
			if n := strings.Count(w.log.String(), "not sent"); n != 1 {
				t.Errorf("%d lines:\n%s", n, w.log.String())
			}
		})
	}
}

// TestTracingIsOff: without an endpoint there is nothing that could send, and
// a caller's trace is still the execution's, and goes on with its requests.
func TestTracingIsOff(t *testing.T) {
	w := watch(t, nil)
	if w.s.telemetry != nil || len(w.s.deps.Gates) == 0 || strings.Contains(gateNames(w.s), "telemetry") {
		t.Errorf("telemetry %v, gates %s", w.s.telemetry, gateNames(w.s))
	}
	w.task("get", fetching)
	out := w.run("get", nil, "Traceparent", theirParent)
	x, err := w.s.deps.Store.Execution(t.Context(), out["execution_id"].(string))
	if err != nil || x.TraceID != theirTrace {
		t.Errorf("%v %+v", err, x)
	}
	if got := w.site.headers()[0].Get("Traceparent"); got != theirParent {
		t.Errorf("the request carries %q, want the caller's own", got)
	}
	if strings.Contains(w.log.String(), `"span_id"`) {
		t.Errorf("a line has a span:\n%s", w.log.String())
	}
}

// TestQuestionsOfHealthHaveNoSpan: they come all the time.
func TestQuestionsOfHealthHaveNoSpan(t *testing.T) {
	w := watch(t, openCollector(t), "tracing.metrics", "false")
	for _, path := range []string{"/live", "/ready", "/health", "/health/detailed", "/metrics", "/metrics/json", "/mcp/health"} {
		w.send(http.MethodGet, path, "")
	}
	w.send(http.MethodGet, "/api/v1/tasks", "")
	w.flush()
	if diff := cmp.Diff([]string{"GET /api/v1/", "execute_tool ratchet_list_available_tasks"}, w.c.names()); diff != "" {
		t.Error(diff)
	}
}

func gateNames(s *Server) string {
	var names []string
	for _, g := range s.deps.Gates {
		names = append(names, fmt.Sprintf("%T", g))
	}
	return strings.Join(names, " ")
}
