package tools_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ratchet/registry"

	"github.com/google/go-cmp/cmp"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/secrets"
	"ratchet/server/config"
	"ratchet/server/settings"
	"ratchet/storage"
	"ratchet/tools"
	"ratchet/tools/toolstest"
)

// inProcess runs tasks in this process: the wall has its own tests.
type inProcess struct{}

func (inProcess) Run(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error) {
	if hooks.Started != nil {
		hooks.Started()
	}
	return runtime.Run(ctx, job, hooks), nil
}

func (inProcess) Idle() bool { return true }

// deps makes a server's insides over a real store.
func deps(t testing.TB) *registry.Deps {
	t.Helper()
	return depsAt(t, filepath.Join(t.TempDir(), "ratchet.db"))
}

// depsAt is deps over the store at path.
func depsAt(t testing.TB, path string) *registry.Deps {
	t.Helper()
	db, err := storage.Open(t.Context(), storage.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	bus := &ratchet.Bus{}
	door := broker.New(broker.Config{})
	vault, err := secrets.Open(secrets.Config{Store: db, Values: map[string]string{"CONFIGURED": "from the configuration"}})
	if err != nil {
		t.Fatal(err)
	}
	exec := executor.New(executor.Config{Store: db, Runner: inProcess{}, Broker: door, Bus: bus, Secrets: vault})
	t.Cleanup(func() {
		// Runs that a test left are ended, not waited for.
		ended, end := context.WithCancel(context.Background())
		end()
		_ = exec.Drain(ended)
		door.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &registry.Deps{
		Secrets: vault,
		Store:   db, Exec: exec, Tools: allTools(t), Bus: bus, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Pool: pool(), Health: health(db), Config: configuration(t),
		Posture: func(context.Context) registry.Posture {
			return registry.Posture{Address: "127.0.0.1:8080", Loopback: true, Isolation: "full", RateLimited: true, Audited: true}
		},
	}
}

// configuration is that of a server with a data folder and a tier of its own.
func configuration(t testing.TB) *settings.Settings {
	t.Helper()
	dir := t.TempDir()
	cfg, err := config.Load(config.Options{
		Env: []string{"RATCHET_JWT_SECRET=" + strings.Repeat("s", 40)}, Dir: dir, User: dir,
		Flags: map[string]string{"data_dir": dir, "rate_limit.tier": "strict"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return settings.New(settings.Config{Loaded: cfg, Dir: dir, Apply: map[string]func(*config.Config){
		"logging.level": nil, "rate_limit.tier": nil, "rate_limit.per_tool": nil,
	}})
}

func fresh(t testing.TB) toolstest.Call {
	d := deps(t)
	return toolstest.Direct(d.Tools, d)
}

func TestExamples(t *testing.T) { toolstest.Examples(t, allTools(t), fresh) }

func TestCases(t *testing.T) {
	toolstest.Cases(t, allTools(t), filepath.Join("..", "testdata", "tools"), fresh)
}

func TestWalkthrough(t *testing.T) {
	call := fresh(t)
	for _, s := range tools.Steps() {
		if _, err := call(t.Context(), s.Call.Tool, s.Call.Args); err != nil {
			t.Fatalf("%s: %v", s.Title, err)
		}
	}
}

func TestCreatePublishes(t *testing.T) {
	d := deps(t)
	sub := d.Bus.Subscribe(0, nil)
	defer sub.Close()
	ex := tools.CreateTask.Examples[0].Args
	if _, err := tools.CreateTask.Call(t.Context(), d, ex); err != nil {
		t.Fatal(err)
	}
	events, _ := sub.Take()
	if len(events) == 0 || events[0].Kind != "task.created" {
		t.Errorf("events: %+v", events)
	}
}

func TestIdempotencyKey(t *testing.T) {
	call := fresh(t)
	args := json.RawMessage(`{"name":"a","description":"d","code":"export default () => 1","input_schema":{},"output_schema":{},"idempotency_key":"k"}`)
	first, err := call(t.Context(), "ratchet_create_task", args)
	if err != nil {
		t.Fatal(err)
	}
	again, err := call(t.Context(), "ratchet_create_task", args)
	var a, b tools.CreateTaskOut
	if err != nil || json.Unmarshal(first, &a) != nil || json.Unmarshal(again, &b) != nil || !b.IdempotentReplay || a.TaskID != b.TaskID {
		t.Errorf("%v: %s, then %s", err, first, again)
	}
	other := json.RawMessage(`{"name":"b","description":"d","code":"export default () => 1","input_schema":{},"output_schema":{},"idempotency_key":"k"}`)
	if _, err := call(t.Context(), "ratchet_create_task", other); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("same key, other arguments: %v", err)
	}
}

// TestIdempotencyKey_ofACallThatWasCutOff: what it made was stored in one commit
// with the key, so the repetition answers as the first call would have.
func TestIdempotencyKey_ofACallThatWasCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	d := depsAt(t, path)
	call := toolstest.Direct(d.Tools, d)
	raw, err := sql.Open("libsql", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	create := strings.Replace(string(tools.CreateTask.Examples[0].Args), "{", `{"idempotency_key":"k",`, 1)
	store := `{"task_id":"add","input":{},"output":{"sum":3},"idempotency_key":"k"}`
	for _, c := range []struct{ tool, args string }{{"ratchet_create_task", create}, {"ratchet_store_result", store}} {
		var answers [2]map[string]any
		for i := range answers {
			text, err := call(t.Context(), c.tool, json.RawMessage(c.args))
			if err != nil {
				t.Fatalf("%s, call %d: %v", c.tool, i+1, err)
			}
			if err := json.Unmarshal(text, &answers[i]); err != nil {
				t.Fatal(err)
			}
			if _, err := raw.Exec("UPDATE claims SET result = NULL"); err != nil { // as a kill before the answer leaves it
				t.Fatal(err)
			}
			if _, err := d.Store.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if answers[1]["idempotent_replay"] != true {
			t.Errorf("%s is no replay: %v", c.tool, answers[1])
		}
		delete(answers[1], "idempotent_replay")
		differs := cmp.FilterPath(func(p cmp.Path) bool { // times, and ids of the runs of tests
			return regexp.MustCompile(`(executed|stored)_at"|_ms"|test_run_id"|"tests".*"execution_id"`).MatchString(p.GoString())
		}, cmp.Ignore())
		if diff := cmp.Diff(answers[0], answers[1], differs); diff != "" {
			t.Errorf("%s answers otherwise than the first time: %s", c.tool, diff)
		}
	}
}

func TestDeleteWithReferences(t *testing.T) {
	d := deps(t)
	call := toolstest.Direct(d.Tools, d)
	if _, err := call(t.Context(), "ratchet_create_task", tools.CreateTask.Examples[0].Args); err != nil {
		t.Fatal(err)
	}
	task, err := d.Store.Task(t.Context(), "add")
	if err != nil {
		t.Fatal(err)
	}
	run := &ratchet.Execution{
		TaskID: task.ID, TaskName: task.Name, TaskVersion: task.Version, Status: ratchet.StatusRunning,
		Origin: ratchet.OriginDirect, Input: json.RawMessage(`{}`), QueuedAt: time.Now(), StartedAt: time.Now(), Attempt: 1,
	}
	if err := d.Store.InsertExecution(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	_, err = call(t.Context(), "ratchet_delete_task", json.RawMessage(`{"task_id":"add"}`))
	if body := ratchet.Body(err, ""); body.Code != "CONFLICT" || body.Details["references"] == nil {
		t.Errorf("delete of a running task: %+v", body)
	}
	if _, err := call(t.Context(), "ratchet_delete_task", json.RawMessage(`{"task_id":"add","force":true}`)); err != nil {
		t.Errorf("forced: %v", err)
	}
}
