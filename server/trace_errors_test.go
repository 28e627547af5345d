package server

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
