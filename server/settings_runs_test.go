package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
	"ratchet/server/logging"
)

// TestRunsAtOnceAtRunTime lets a run begin that waited for a place.
func TestRunsAtOnceAtRunTime(t *testing.T) {
	l, _, _ := logged(t, filepath.Join(t.TempDir(), "data"), "execution.max_concurrent_tasks", "1")
	events := l.s.deps.Bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "execution.updated" })
	defer events.Close()
	l.send("POST", "/api/v1/tasks", `{"name":"slow","description":"d","code":"export default () => new Promise((done) => setTimeout(done, 60000))","inputSchema":{},"outputSchema":{}}`)
	var ids []string
	for range 2 {
		a := l.send("POST", "/api/v1/executions", `{"taskId":"slow","input":{},"wait":0}`)
		id := a.field("executionId")
		if id == "" {
			t.Fatal(a.Body)
		}
		ids = append(ids, id)
	}
	started := func(id string) {
		for {
			list, _ := events.Take()
			for _, e := range list {
				if x, ok := e.Data.(*ratchet.Execution); ok && e.ID == id && x.Status == ratchet.StatusRunning {
					return
				}
			}
			select {
			case <-events.Ready():
			case <-t.Context().Done():
				t.Fatalf("%s does not begin", id)
			}
		}
	}
	started(ids[0])
	if n := l.s.deps.Exec.Waiting(); n != 1 {
		t.Fatalf("%d runs wait, want 1", n)
	}
	if did := l.set("execution.max_concurrent_tasks", `{"value":2}`); did["status"] != "applied" {
		t.Errorf("set: %v", did)
	}
	started(ids[1])
	for _, id := range ids {
		l.send("POST", "/api/v1/executions/"+id+"/cancel", `{"force":true}`)
	}
}

// TestConfigIsAudited looks at the record of a change and of a question.
func TestConfigIsAudited(t *testing.T) {
	l := lockedUp(t)
	admin := l.bearer("admin")
	l.set("logging.access", `{"value":true,"dryRun":true}`, admin...)
	l.set("logging.access", `{"value":true}`, admin...)
	a := l.send("GET", "/api/v1/audit?type=config_changed", "", admin...)
	if n := strings.Count(a.Body, `"type":"config_changed"`); n != 1 || !strings.Contains(a.Body, `"setting logging.access"`) {
		t.Errorf("%d entries: %s", n, a.Body)
	}
	if l.send("GET", "/api/v1/config", "", l.bearer("user")...).Status != http.StatusForbidden {
		t.Error("a user sees the configuration")
	}
	if a := l.send("GET", "/api/v1/config/auth", "", admin...); strings.Contains(a.Body, testSecret) || !strings.Contains(a.Body, `"***"`) {
		t.Errorf("the secret: %s", a.Body)
	}
}

// TestLiveKeysAreDocumented holds the code and the document together.
func TestLiveKeysAreDocumented(t *testing.T) {
	s := configured(t, nil)
	text, err := os.ReadFile(filepath.Join("..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	live := s.appliers(logging.NewLevels("info"))
	live["execution.max_concurrent_tasks"] = nil // of servers that run tasks
	for key := range live {
		if !strings.Contains(string(text), "`"+key+"`") && !strings.Contains(string(text), "`"+key+".NAME`") {
			t.Errorf("docs/configuration.md does not name %s", key)
		}
		if _, ok := s.cfg.Key(key); !ok {
			t.Errorf("there is no key %s", key)
		}
	}
	for _, module := range logging.Modules() {
		if !strings.Contains(string(text), "`"+module+"`") {
			t.Errorf("docs/configuration.md does not name the module %s", module)
		}
	}
}
