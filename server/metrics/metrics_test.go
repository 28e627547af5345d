package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ratchet/registry"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type in struct {
	Fail string `json:"fail,omitempty" jsonschema:"description=the code to fail with"`
}

type out struct {
	OK bool `json:"ok"`
}

var probe = registry.Define(registry.Spec{
	Name: "ratchet_probe", Title: "Probe", Doc: "Fails as asked.", Toolset: "core", Category: "monitoring", Effect: registry.Reads,
}, func(_ context.Context, _ *registry.Deps, in in) (out, error) {
	switch in.Fail {
	case "limit":
		return out{}, ratchet.Errorf(ratchet.CodeRateLimited, "too many")
	case "internal":
		return out{}, fmt.Errorf("broken")
	}
	return out{OK: true}, nil
})

func started(t *testing.T) (*Metrics, *ratchet.Bus, string) {
	t.Helper()
	db, err := storage.Open(context.Background(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	bus := new(ratchet.Bus)
	m := New(Config{Version: "1.2.3", Store: db, Bus: bus, Workers: func() []ratchet.Worker {
		return []ratchet.Worker{{State: "ready", Memory: 5}, {State: "ready", Memory: 6}, {State: "busy", Memory: 7}}
	}})
	server := httptest.NewServer(m.Handler())
	t.Cleanup(func() {
		server.Close()
		m.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return m, bus, server.URL
}

func scrape(t *testing.T, url, accept string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing: %s\nin\n%s", line, text)
		}
	}
}

func TestCallsAndRequestsAreCounted(t *testing.T) {
	m, _, url := started(t)
	reg, err := registry.New(probe)
	if err != nil {
		t.Fatal(err)
	}
	deps := &registry.Deps{Gates: []registry.Gate{m.Gate()}, Tools: reg}
	ctx := registry.WithCaller(context.Background(), registry.Caller{Surface: "rest"})
	for _, args := range []string{`{}`, `{}`, `{"fail":"limit"}`, `{"fail":"internal"}`} {
		tool, _ := reg.Lookup("ratchet_probe")
		_, _ = registry.Invoke(ctx, deps, tool, json.RawMessage(args)) // the outcome is what is counted
	}
	m.Request("GET", "/api/v1/", 404, time.Millisecond)
	m.Request("BREW", "", 405, time.Millisecond)
	wantLines(t, scrape(t, url, "text/plain"),
		`ratchet_mcp_calls_total{outcome="ok",surface="rest",tool="ratchet_probe"} 2`,
		`ratchet_mcp_calls_total{outcome="refused",surface="rest",tool="ratchet_probe"} 1`,
		`ratchet_mcp_calls_total{outcome="error",surface="rest",tool="ratchet_probe"} 1`,
		`ratchet_mcp_call_duration_seconds_count{surface="rest",tool="ratchet_probe"} 4`,
		`ratchet_rate_limited_total{surface="rest"} 1`,
		`ratchet_errors_total{type="rate_limit_error"} 1`,
		`ratchet_http_requests_total{method="GET",route="/api/v1/",status="404"} 1`,
		`ratchet_http_requests_total{method="other",route="none",status="405"} 1`,
		`ratchet_workers{state="ready"} 2`, `ratchet_workers{state="busy"} 1`, `ratchet_workers_resident_memory_bytes 18`,
		`ratchet_tasks 0`, `ratchet_build_info{version="1.2.3"} 1`,
	)
}

func TestExecutionsAreCountedOnceTheyEnd(t *testing.T) {
	m, bus, url := started(t)
	at := time.Now()
	publish := func(status ratchet.Status, task string, origin ratchet.Origin) {
		bus.Publish(ratchet.Event{Kind: "execution.updated", Data: &ratchet.Execution{
			Status: status, TaskName: task, Origin: origin, QueuedAt: at, StartedAt: at.Add(time.Millisecond), CompletedAt: at.Add(time.Second),
		}})
	}
	publish(ratchet.StatusRunning, "a", ratchet.OriginDirect)
	publish(ratchet.StatusCompleted, "a", ratchet.OriginDirect)
	publish(ratchet.StatusCompleted, "a", ratchet.OriginTest)
	publish(ratchet.StatusFailed, "a", ratchet.OriginTest)
	for i := range 250 {
		publish(ratchet.StatusFailed, fmt.Sprint("t", i), ratchet.OriginDirect)
	}
	for !strings.Contains(scrape(t, url, "text/plain"), `ratchet_executions_total{status="failed",task="other"} 51`) {
		time.Sleep(time.Millisecond) // the counter has no signal; go test's own timeout ends this
	}
	text := scrape(t, url, "text/plain")
	wantLines(t, text, `ratchet_executions_total{status="completed",task="a"} 1`, `ratchet_execution_duration_seconds_count{task="a"} 1`,
		`ratchet_test_executions_total{status="completed",task="a"} 1`, `ratchet_test_executions_total{status="failed",task="a"} 1`)
	if strings.Contains(text, `ratchet_executions_total{status="failed",task="a"}`) {
		t.Error("a test counts as an execution")
	}
	if strings.Contains(text, `status="running",task="a"`) {
		t.Error("a run was counted before its end")
	}
	_ = m
}

func TestStoredTestsAreCountedApart(t *testing.T) {
	m, _, url := started(t)
	for _, origin := range []ratchet.Origin{ratchet.OriginDirect, ratchet.OriginTest, ratchet.OriginTest, ratchet.OriginRetry} {
		x := &ratchet.Execution{
			TaskID: "0190a6b0-0000-7000-8000-000000000000", TaskName: "a", TaskVersion: "1.0.0", Origin: origin,
			Status: ratchet.StatusRunning, Input: []byte(`{}`), StartedAt: time.Now(), Timeout: time.Second,
		}
		if err := m.cfg.Store.InsertExecution(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		x.Status, x.Output = ratchet.StatusCompleted, []byte(`1`)
		if err := m.cfg.Store.FinishExecution(t.Context(), x, storage.Finish{}); err != nil {
			t.Fatal(err)
		}
	}
	wantLines(t, scrape(t, url, "text/plain"),
		`ratchet_executions_stored{status="completed"} 2`, `ratchet_test_executions_stored{status="completed"} 2`)
}

func TestJSONForm(t *testing.T) {
	m, _, url := started(t)
	m.Request("GET", "/ready", 200, time.Second)
	var s Snapshot
	if err := json.Unmarshal([]byte(scrape(t, url, "application/json")), &s); err != nil {
		t.Fatal(err)
	}
	if s.System.Version != "1.2.3" || s.Application["http_requests_total"] == nil || s.Resources["workers_resident_memory_bytes"] != 18.0 {
		t.Errorf("%+v", s)
	}
	if got := s.Performance["http_request_duration_seconds"]["method=GET,route=/ready"]; got.Count != 1 || got.Mean == nil || *got.Mean != 1 {
		t.Errorf("%+v", got)
	}
}

func BenchmarkGate(b *testing.B) {
	m := New(Config{})
	defer m.Close()
	g := m.Gate()
	ctx := registry.WithCaller(context.Background(), registry.Caller{Surface: "mcp"})
	b.ReportAllocs()
	for b.Loop() {
		_, leave, _ := g.Enter(ctx, probe, nil)
		leave(nil, nil)
	}
}
