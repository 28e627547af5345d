package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/config"
	"ratchet/server/logging"
)

// kept keeps the lines of a log.
type kept struct{ syncBuffer }

// lines returns what was written since the last time, as JSON.
func (k *kept) lines(t *testing.T) []map[string]any {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []map[string]any
	for dec := json.NewDecoder(&k.b); ; {
		var line map[string]any
		err := dec.Decode(&line)
		if err == io.EOF {
			k.b.Reset()
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
}

// fine are the modules that wrote lines of level debug.
func fine(lines []map[string]any) []string {
	seen := map[string]bool{}
	for _, line := range lines {
		if line["level"] == "DEBUG" {
			seen[fmt.Sprint(line["module"])] = true
		}
	}
	var out []string
	for module := range seen {
		out = append(out, module)
	}
	slices.Sort(out)
	return out
}

// logged opens a server over the data in dir whose log is kept as JSON. close
// closes it; the test does where it does not.
func logged(t *testing.T, dir string, flags ...string) (l *secured, log *kept, closed func()) {
	t.Helper()
	settings := map[string]string{"data_dir": dir, "mcp.toolsets": "all", "execution.workers.count": "2", "execution.workers.warm": "1"}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	log = new(kept)
	levels := logging.NewLevels(cfg.Logging.Level)
	lines := slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: logging.Redact(nil)})
	s, err := Open(t.Context(), cfg, Options{
		Worker: []string{os.Args[0], "--worker"}, Log: slog.New(logging.NewHandler(lines, levels)), Levels: levels,
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	closed = sync.OnceFunc(func() {
		web.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(closed)
	return &secured{t: t, s: s, url: web.URL}, log, closed
}

// set changes a key over REST and returns the answer's data.
func (l *secured) set(key, body string, headers ...string) map[string]any {
	l.t.Helper()
	a := l.send("PUT", "/api/v1/config/"+key, body, headers...)
	if a.Status != http.StatusOK {
		l.t.Fatalf("set %s to %s: %d %s", key, body, a.Status, a.Body)
	}
	var out struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		l.t.Fatal(err)
	}
	return out.Data
}

// TestLevelOfAModuleAtRunTime runs a task and closes the server, which makes
// lines of level debug in http and in worker, under filters set over REST.
func TestLevelOfAModuleAtRunTime(t *testing.T) {
	for filter, want := range map[string]string{
		"info": "", "info,http=debug": "http", "info,worker=debug": "worker", "ratchet=debug,http=error": "worker", "debug": "http worker",
	} {
		t.Run(filter, func(t *testing.T) {
			l, log, closed := logged(t, filepath.Join(t.TempDir(), "data"))
			l.send("GET", "/api/v1/tasks", "")
			if seen := fine(log.lines(t)); len(seen) != 0 {
				t.Errorf("at info: lines of level debug of %v", seen)
			}
			if did := l.set("logging.level", fmt.Sprintf(`{"value":%q}`, filter)); did["status"] != "applied" || did["before"] != "info" {
				t.Errorf("set: %v", did)
			}
			l.send("POST", "/api/v1/tasks", `{"name":"one","description":"d","code":"export default () => 1","inputSchema":{},"outputSchema":{}}`)
			if a := l.send("POST", "/api/v1/tasks/one/execute", `{"input":{}}`); !strings.Contains(a.Body, "completed") {
				t.Fatal(a.Body)
			}
			closed()
			if got := strings.Join(fine(log.lines(t)), " "); got != want {
				t.Errorf("lines of level debug of %q, want %q", got, want)
			}
		})
	}
}

func TestWhatIsPersistedHoldsAfterARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	l, _, closed := logged(t, dir, "graphql_api.max_depth", "9")
	l.set("logging.level", `{"value":"error,http=debug","persist":true}`)
	l.set("logging.access", `{"value":true}`)
	if did := l.set("graphql_api.max_depth", `{"value":11,"persist":true}`); did["status"] != "restart_required" || did["value"] != 9.0 || did["afterRestart"] != 11.0 {
		t.Errorf("a key that needs a restart: %v", did)
	}
	if got := l.s.settings.Current().GraphQL.MaxDepth; got != 9 {
		t.Errorf("before the restart it is %d", got)
	}
	closed()
	if info, err := os.Stat(filepath.Join(dir, config.RuntimeFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file: %v, %v", info, err)
	}

	l, log, closed := logged(t, dir, "graphql_api.max_depth", "9", "logging.level", "info")
	cfg := l.s.settings.Current()
	if cfg.GraphQL.MaxDepth != 11 || cfg.Logging.Level != "error,http=debug" || cfg.Logging.Access {
		t.Errorf("after the restart: depth %d, %+v", cfg.GraphQL.MaxDepth, cfg.Logging)
	}
	a := l.send("GET", "/api/v1/config/logging.level", "")
	if !strings.Contains(a.Body, `"source":"runtime"`) || !strings.Contains(a.Body, config.RuntimeFile) {
		t.Errorf("where it comes from: %s", a.Body)
	}
	if seen := fine(log.lines(t)); !slices.Equal(seen, []string{"http"}) {
		t.Errorf("lines of level debug of %v", seen)
	}
	l.set("logging.level", `{"value":null,"persist":true}`)
	l.set("graphql_api.max_depth", `{"value":null,"persist":true}`)
	closed()

	l, _, _ = logged(t, dir, "graphql_api.max_depth", "9", "logging.level", "warn")
	if cfg := l.s.settings.Current(); cfg.GraphQL.MaxDepth != 9 || cfg.Logging.Level != "warn" || len(cfg.Stored()) != 0 {
		t.Errorf("taken back: depth %d, level %s, stored %v", cfg.GraphQL.MaxDepth, cfg.Logging.Level, cfg.Stored())
	}
}

func TestAccessLogAndRequestIDsAtRunTime(t *testing.T) {
	l, log, _ := logged(t, filepath.Join(t.TempDir(), "data"))
	asked := func(id string) (logged, answered bool) {
		log.lines(t)
		a := l.send("GET", "/api/v1/tasks?token=s3cret", "", "X-Request-Id", id, "Cookie", "a=s3cret")
		for _, line := range log.lines(t) {
			if strings.Contains(fmt.Sprint(line), "s3cret") {
				t.Errorf("a secret is in the log: %v", line)
			}
			logged = logged || (line["msg"] == "request" && line["request_id"] == id && line["module"] == "http")
		}
		return logged, a.Header.Get("X-Request-Id") == id
	}
	if logged, answered := asked("r1"); logged || !answered {
		t.Errorf("by default: logged %v, answered %v", logged, answered)
	}
	l.set("logging.access", `{"value":true}`)
	l.set("server.enable_request_id", `{"value":false}`)
	if logged, answered := asked("r2"); !logged || answered {
		t.Errorf("changed: logged %v, answered %v", logged, answered)
	}
	l.set("logging.level", `{"value":"info,http=warn"}`)
	if logged, _ := asked("r3"); logged {
		t.Error("the access log is above the level of its module")
	}
}

func TestLimitsAtRunTime(t *testing.T) {
	l := lockedUp(t)
	admin, user := l.bearer("admin"), l.bearer("user")
	admitted := func(most int) int {
		for n := range most {
			if a := l.send("GET", "/api/v1/tasks", "", user...); a.Status == http.StatusTooManyRequests {
				return n
			}
		}
		return most
	}
	if n := admitted(30); n != 30 {
		t.Fatalf("without rates %d requests of 30 are admitted", n)
	}
	l.set("rate_limit.enabled", `{"value":true}`, admin...)
	l.set("rate_limit.requests_per_minute", `{"value":1}`, admin...)
	l.set("rate_limit.burst_size", `{"value":4}`, admin...)
	if n := admitted(30); n > 4 {
		t.Errorf("with a burst of 4, %d requests are admitted", n)
	}
	// The admin is bound by these numbers too: the test takes them back itself.
	for key, value := range map[string]any{"rate_limit.requests_per_minute": nil, "rate_limit.burst_size": nil, "rate_limit.tier": "unlimited"} {
		if _, err := l.s.settings.Change(t.Context(), registry.SettingChange{Key: key, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	if n := admitted(30); n != 30 {
		t.Errorf("of the tier unlimited %d requests of 30 are admitted", n)
	}
	l.set("rate_limit.per_tool.ratchet_list_available_tasks", `{"value":2}`, admin...)
	if n := admitted(30); n != 2 {
		t.Errorf("with 2 a minute for the tool, %d requests are admitted", n)
	}
}

func TestCallsAtOnceAtRunTime(t *testing.T) {
	s := configured(t, nil)
	enter := func() error {
		_, _, err := s.limiter.Enter(t.Context(), registry.Tool{}, nil)
		return err
	}
	if err := enter(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.settings.Change(t.Context(), registry.SettingChange{Key: "mcp.max_concurrent_calls", Value: 1.0}); err != nil {
		t.Fatal(err)
	}
	if err := enter(); ratchet.CodeOf(err) != ratchet.CodeRateLimited {
		t.Errorf("a second call at once: %v", err)
	}
}

func TestErrorTextsAtRunTime(t *testing.T) {
	s := configured(t, nil)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	l := &secured{t: t, s: s, url: web.URL}
	panics := func() string {
		return l.send("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_panic","arguments":{}}}`).Body
	}
	if said := panics(); strings.Contains(said, "boom") || !strings.Contains(said, "INTERNAL_ERROR") {
		t.Errorf("by default: %s", said)
	}
	if _, err := s.settings.Change(t.Context(), registry.SettingChange{Key: "server.dev_errors", Value: true}); err != nil {
		t.Fatal(err)
	}
	if said := panics(); !strings.Contains(said, "boom") {
		t.Errorf("with server.dev_errors: %s", said)
	}
	if !s.posture(t.Context()).DevErrors {
		t.Error("the security audit does not know")
	}
}

func TestSizeOfResultsAtRunTime(t *testing.T) {
	l, _, _ := logged(t, filepath.Join(t.TempDir(), "data"))
	l.send("POST", "/api/v1/tasks", `{"name":"big","description":"d","code":"export default () => 'y'.repeat(20000)","inputSchema":{},"outputSchema":{}}`)
	size := func() int {
		a := l.send("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_execute_task","arguments":{"task_id":"big","input":{}}}}`)
		if !strings.Contains(a.Body, "completed") {
			t.Fatal(a.Body)
		}
		return len(a.Body)
	}
	if n := size(); n < 40_000 { // structured and as text
		t.Errorf("a whole result has %d bytes", n)
	}
	l.set("mcp.max_result_bytes", `{"value":2000}`)
	if n := size(); n > 8000 {
		t.Errorf("a cut result has %d bytes", n)
	}
}
