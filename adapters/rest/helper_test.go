package rest_test

import (
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

	"ratchet/adapters/rest"
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

// live is a real server on loopback.
type live struct {
	t      testing.TB
	url    string
	server *server.Server
}

func serve(t testing.TB, flags ...string) *live {
	t.Helper()
	settings := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "execution.workers.count": "1", "execution.workers.warm": "0", "rate_limit.enabled": "false",
	}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Dir: t.TempDir(), User: t.TempDir(), Env: []string{}, Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(context.Background(), cfg, server.Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		hurry, cancel := context.WithCancel(context.Background())
		cancel() // what still runs is stopped
		_ = s.Close(hurry)
		web.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &live{t: t, url: web.URL, server: s}
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Raw    string
	Data   json.RawMessage `json:"data"`
	Meta   struct {
		RequestID, Timestamp string
		Pagination           map[string]any
	} `json:"meta"`
	Error struct {
		Code, Message, RequestID, Path, ErrorType string
		Status                                    int
		Details                                   []struct {
			Field, Code, Message, Nearest string
			Allowed, Example              any
		}
		Suggestions []string
		Retryable   bool
		NextTool    map[string]any
		Facts       map[string]any
	} `json:"error"`
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
}

// send makes a request below /api/v1; headers are names and values.
func (l *live) send(method, path, body string, headers ...string) answer {
	l.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, l.url+rest.Prefix+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
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
	a := answer{Raw: string(raw), Status: res.StatusCode, Header: res.Header}
	if len(raw) > 0 && strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") && res.Header.Get("Content-Encoding") == "" {
		if err := json.Unmarshal(raw, &a); err != nil {
			l.t.Fatalf("%s %s answered %s: %v", method, path, raw, err)
		}
	}
	return a
}

// must is send with the status that is wanted; it reads the data into into.
func (l *live) must(status int, into any, method, path, body string, headers ...string) answer {
	l.t.Helper()
	a := l.send(method, path, body, headers...)
	if a.Status != status {
		l.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Raw)
	}
	if into != nil {
		if err := json.Unmarshal(a.Data, into); err != nil {
			l.t.Fatalf("%s %s: %v in %s", method, path, err, a.Raw)
		}
	}
	return a
}

// task creates a task that doubles n.
func (l *live) task(name string) {
	l.t.Helper()
	l.must(201, nil, "POST", "/tasks", `{"name":"`+name+`","description":"Doubles n.","code":"export default (i) => { console.log('got', i.n); return { n_twice: i.n * 2 }; }",
		"inputSchema":{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]},"outputSchema":{"type":"object"}}`)
}
