package graphql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"ratchet/adapters/graphql"
	"ratchet/runtime/worker"
	"ratchet/server"
	"ratchet/server/config"
)

// TestMain is a worker too: servers under test start this program as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "--worker" {
		if err := worker.Serve(context.Background()); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// live is a real server on loopback with every tool.
type live struct {
	t       testing.TB
	url     string
	server  *server.Server
	handler *graphql.Handler // of its own, for limits of the test's choice; nil = the server's
}

// serve starts a server with a fresh database.
func serve(t testing.TB, flags ...string) *live {
	t.Helper()
	settings := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "mcp.toolsets": "all", "execution.workers.count": "1", "execution.workers.warm": "0",
		"rate_limit.enabled": "false",
	}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Dir: t.TempDir(), User: t.TempDir(), Env: []string{}, Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), cfg, server.Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		hurry, cancel := context.WithCancel(context.Background())
		cancel() // what still runs is stopped
		_ = s.Close(hurry)
		web.Close()
	})
	return &live{t: t, url: web.URL, server: s}
}

// of serves the fields of a configuration alone.
func of(t testing.TB, cfg graphql.Config) *live {
	t.Helper()
	h, err := graphql.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	t.Cleanup(func() {
		h.Close()
		web.Close()
	})
	return &live{t: t, url: web.URL}
}

// fault is an error of an answer.
type fault struct {
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Locations  []struct{ Line, Column int }
	Extensions struct {
		Code, ErrorType, RequestID, Timestamp string
		Details                               []map[string]any
		Suggestions                           []string
		Retryable                             bool
	} `json:"extensions"`
}

// answer is what came back.
type answer struct {
	Status int             `json:"-"`
	Raw    string          `json:"-"`
	Data   json.RawMessage `json:"data"`
	Errors []fault         `json:"errors"`
}

// decode reads the data.
func (a answer) decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Data, into); err != nil {
		t.Fatalf("%v in %s", err, a.Raw)
	}
}

// ask sends one operation.
func (l *live) ask(query string, variables map[string]any) answer {
	l.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		l.t.Fatal(err)
	}
	return l.post(string(body), "Content-Type", "application/json")
}

// must sends one operation that may not fail, and reads its data.
func (l *live) must(into any, query string, variables map[string]any) {
	l.t.Helper()
	a := l.ask(query, variables)
	if len(a.Errors) > 0 || a.Status != http.StatusOK {
		l.t.Fatalf("%s\nanswered %d %s", query, a.Status, a.Raw)
	}
	if into != nil {
		a.decode(l.t, into)
	}
}

// post sends a body as it is.
func (l *live) post(body string, headers ...string) answer {
	l.t.Helper()
	return l.send(http.MethodPost, "/graphql", body, headers...)
}

func (l *live) send(method, path, body string, headers ...string) answer {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if l.handler != nil {
		w := httptest.NewRecorder()
		l.handler.ServeHTTP(w, r)
		return read(l.t, w.Code, w.Body.Bytes())
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return read(l.t, res.StatusCode, raw)
}

func read(t testing.TB, status int, raw []byte) answer {
	t.Helper()
	a := answer{Status: status, Raw: string(raw)}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&a); err != nil {
		t.Fatalf("%d: not JSON: %s", status, raw)
	}
	return a
}

// createTask makes a task that does what its code says.
func (l *live) createTask(name, code string) {
	l.t.Helper()
	l.must(nil, `mutation($name: String!, $code: String!) {
		createTask(name: $name, description: "Made by a test.", code: $code, inputSchema: {type: "object"}, outputSchema: {}) { taskId }
	}`, map[string]any{"name": name, "code": code})
}
