package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
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
