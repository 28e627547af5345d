package executor_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/runtime/worker"
	"ratchet/storage"
)

// forever logs that it is up and never ends by itself.
const forever = `export default () => { console.log("up"); return new Promise(() => setInterval(() => {}, 1000)) }`

// startForever starts the task and returns when its script runs.
func startForever(t *testing.T, r rig) *executor.Handle {
	t.Helper()
	sub := r.bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "execution.log" })
	defer sub.Close()
	h, err := r.Start(context.Background(), executor.Request{Task: "t"})
	if err != nil {
		t.Fatal(err)
	}
	<-sub.Ready()
	return h
}

func TestKilledWorker(t *testing.T) {
	var pool *worker.Pool
	r := newRig(t, func(cfg *executor.Config) { pool = cfg.Runner.(*worker.Pool) })
	r.task(t, forever, nil)
	h := startForever(t, r)
	for _, w := range pool.Stats().Workers {
		if w.State == worker.StateBusy {
			if err := syscall.Kill(w.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	x, err := h.Wait(context.Background(), 20*time.Second)
	if err != nil || x.Status != ratchet.StatusFailed || x.Error.Cause != ratchet.CauseCrash || !x.Error.Retryable {
		t.Fatalf("%+v, %v", x, err)
	}
	stored, err := r.store.Execution(context.Background(), h.ID)
	if err != nil || stored.Status != ratchet.StatusFailed || !stored.Recorded {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func TestWaitLimit(t *testing.T) {
	r := newRig(t, func(cfg *executor.Config) { cfg.WaitLimit = 20 * time.Millisecond })
	r.task(t, forever, nil)
	h, err := r.Start(context.Background(), executor.Request{Task: "t"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := h.Wait(context.Background(), time.Hour)
	if err != nil || x.Status.Terminal() || x.Number == 0 {
		t.Fatalf("%+v, %v", x, err)
	}
	if row, err := r.store.Execution(context.Background(), h.ID); err != nil || row.Status.Terminal() {
		t.Errorf("the handle names no open row: %+v, %v", row, err)
	}
	if _, err := r.Cancel(context.Background(), h.ID, "", true); err != nil {
		t.Error(err)
	}
}

func TestOutputSchema(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default () => ({n: "seven"})`, func(t *ratchet.Task) {
		t.OutputSchema = json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}}}`)
	})
	x := r.run(t, `{}`)
	if x.Status != ratchet.StatusFailed || x.Error.Type != "output_validation_error" || !strings.Contains(x.Error.Message, "/output/n") {
		t.Fatalf("%+v", x.Error)
	}
	stored, err := r.store.Execution(context.Background(), x.ID)
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := json.Marshal(stored.Error.Details["output"]); string(kept) != `{"n":"seven"}` || stored.Output != nil {
		t.Errorf("kept %s, output %s", kept, stored.Output)
	}
}

func TestFetch(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"price":3}`))
	}))
	defer site.Close()
	open := broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{0}})
	defer open.Close()
	for _, door := range []*broker.Broker{open, nil} {
		r := newRig(t, func(cfg *executor.Config) {
			if door != nil {
				cfg.Broker = door
			}
		})
		r.task(t, `export default async (i) => (await fetch(i.url)).body.price`, nil)
		x := r.run(t, `{"url":"`+site.URL+`"}`)
		if door == nil {
			if x.Status != ratchet.StatusFailed || x.Error.Type != "AuthorizationError" {
				t.Errorf("a private address was reached: %+v", x)
			}
			continue
		}
		if x.Status != ratchet.StatusCompleted || string(x.Output) != "3" {
			t.Fatalf("%s %+v", x.Status, x.Error)
		}
		raw, err := r.store.Tape(context.Background(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := runtime.DecodeTape(raw)
		if err != nil || len(tape.Calls) != 1 || string(tape.Calls[0].Reply.Fetch.Body) != `{"price":3}` {
			t.Errorf("tape %+v, %v", tape, err)
		}
	}
}

func TestSteps(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default async (i, c) => { await c.secrets.get("TOKEN"); return 1 }`, func(t *ratchet.Task) {
		t.Metadata = json.RawMessage(`{"secrets":["TOKEN"]}`)
	})
	x := r.run(t, `{}`)
	raw, err := r.Steps(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	var steps []struct {
		Step     string  `json:"step"`
		Start    float64 `json:"start_ms"`
		Duration float64 `json:"duration_ms"`
		Children []struct {
			Step string `json:"step"`
		} `json:"children"`
	}
	if err := json.Unmarshal(raw, &steps); err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, s := range steps {
		names = append(names, s.Step)
		if s.Duration < 0 || i > 0 && s.Start < steps[i-1].Start {
			t.Errorf("out of order: %s", raw)
		}
		if s.Step == "main_execution" && (len(s.Children) != 1 || s.Children[0].Step != "secret TOKEN") {
			t.Errorf("children of main: %s", raw)
		}
	}
	if got := strings.Join(names, " "); got != "input_validation queue initialization main_execution output_processing cleanup" {
		t.Error(got)
	}
	stored, err := r.store.Execution(context.Background(), x.ID)
	if err != nil || stored.Phases == nil || *stored.Phases != *x.Phases {
		t.Errorf("stored %+v, answered %+v, %v", stored.Phases, x.Phases, err)
	}
}

// A change of a task holds for the next run, although tasks are kept ready.
func TestChangedTask(t *testing.T) {
	r := newRig(t, nil)
	task := r.task(t, `export default () => 1`, nil)
	ctx := context.Background()
	for range 2 {
		if x := r.run(t, `{}`); string(x.Output) != "1" {
			t.Fatalf("%+v", x)
		}
	}
	task.Code, task.Metadata = `export default () => 2`, json.RawMessage(`{"deprecated":true,"deprecation_message":"use u"}`)
	if _, err := r.store.UpdateTask(ctx, task, storage.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if x := r.run(t, `{}`); string(x.Output) != "2" {
		t.Errorf("%+v", x)
	}
	if got := r.DeprecationNotice(ctx, "t"); got != "task t is deprecated: use u" {
		t.Error(got)
	}
	if _, err := r.store.DeleteTask(ctx, task.ID, storage.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Start(ctx, executor.Request{Task: "t"}); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("deleted task: %v", err)
	}
}

func TestDrain(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, forever, nil)
	h := startForever(t, r)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Drain(ctx); err == nil {
		t.Error("a drain that killed a run reported success")
	}
	x, err := r.store.Execution(context.Background(), h.ID)
	if err != nil || x.Status != ratchet.StatusFailed || x.Error.Cause != ratchet.CauseLost || !x.Error.Retryable {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := r.Start(context.Background(), executor.Request{Task: "t"}); ratchet.CodeOf(err) != ratchet.CodeUnavailable {
		t.Errorf("start while draining: %v", err)
	}
}

func TestIdempotencyEdges(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default () => { throw new Error("no") }`, nil)
	ctx := context.Background()
	req := executor.Request{Task: "t", Input: json.RawMessage(`{"a":1,"b":2}`), IdempotencyKey: "k", Principal: "ann"}
	ids := make(chan string, 8)
	for range cap(ids) { // at once: one run for all
		go func() {
			h, err := r.Start(ctx, req)
			if err != nil {
				t.Error(err)
				ids <- ""
				return
			}
			ids <- h.ID
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("two runs of one key: %s, %s", first, id)
		}
	}
	same := req
	same.Input = json.RawMessage(`{ "b": 2.0, "a": 1 }`) // other spelling, other number text
	if _, err := r.Start(ctx, same); err != nil && ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("respelled input: %v", err)
	}
	other := req
	other.Principal = "bob"
	if h, err := r.Start(ctx, other); err != nil || h.ID == first || h.Replay {
		t.Errorf("another principal's key: %+v, %v", h, err)
	}
	h, err := r.Start(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := h.Wait(ctx, time.Minute); err != nil || !h.Replay || x.Status != ratchet.StatusFailed {
		t.Errorf("a failed run is not the key's answer: %+v, %v", x, err)
	}
	page, err := r.store.ListExecutions(ctx, ratchet.Query{})
	if err != nil || page.Total != 2 {
		t.Errorf("%d rows, %v", page.Total, err)
	}
}
