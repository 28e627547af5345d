package executor_test

import (
	"context"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/storage"
)

// TestFullDisk makes this process unable to grow files for a while.
func TestFullDisk(t *testing.T) {
	r := newRig(t, nil)
	task := r.task(t, `export default (i) => i.text`, nil)
	ctx := context.Background()
	big := json.RawMessage(`{"text":"` + strings.Repeat("x", 1<<20) + `"}`)
	r.run(t, `{}`)
	restore := limitFiles(t, 64<<10)
	h, err := r.Start(ctx, executor.Request{Task: task.ID, Input: big})
	if err == nil {
		_, err = h.Wait(ctx, time.Minute)
	}
	restore()
	e := ratchet.AsError(err)
	if err == nil || e.Hint == "" || e.Code == ratchet.CodeInternal {
		t.Errorf("a full disk: %+v", e)
	}
	page, err := r.store.ListExecutions(ctx, ratchet.Query{})
	if err != nil || page.Total != 1 {
		t.Errorf("%d rows, %v", page.Total, err)
	}
	if x := r.run(t, string(big)); x.Status != ratchet.StatusCompleted {
		t.Errorf("after space was made: %+v", x.Error)
	}
}

// The disk fills while a run goes on: until its end is stored the run is
// running for every caller, and then all are told the same end.
func TestFullDiskAtTheEnd(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default async (i, c) => { console.log("up"); const t = setInterval(() => {}, 1000);
		await new Promise((ok) => c.signal.addEventListener("abort", ok)); clearInterval(t) }`, nil)
	ctx := context.Background()
	h := startForever(t, r)
	ended := r.bus.Subscribe(0, func(e *ratchet.Event) bool {
		x, ok := e.Data.(*ratchet.Execution)
		return ok && e.ID == h.ID && x.Status.Terminal()
	})
	defer ended.Close()
	restore := limitFiles(t, 1)
	r.Stop(h.ID, "enough")
	x, err := h.Wait(ctx, 2*time.Second)
	if err != nil || x.Status != ratchet.StatusRunning || x.Error != nil || !x.CompletedAt.IsZero() || x.ID != h.ID {
		t.Errorf("on a full disk: %+v, %v", x, err)
	}
	select {
	case <-ended.Ready():
		t.Error("an event told of an end that is not stored")
	default:
	}
	restore()
	<-h.Done()
	if x, err = h.Wait(ctx, 0); err != nil || x.Status != ratchet.StatusCancelled {
		t.Errorf("after space was made: %+v, %v", x, err)
	}
	row, err := r.store.Execution(ctx, h.ID)
	if err != nil || row.Status != ratchet.StatusCancelled || !row.Recorded || row.Error.Message != x.Error.Message {
		t.Errorf("the row: %+v, %+v, %v", row, row.Error, err)
	}
	<-ended.Ready()
}

// A server that stops while the disk is full tells no end: the next start does.
func TestFullDiskUntilTheStop(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, forever, nil)
	ctx := context.Background()
	h := startForever(t, r)
	restore := limitFiles(t, 1)
	r.Stop(h.ID, "enough")
	if err := r.Drain(ctx); err != nil {
		t.Error(err)
	}
	restore()
	x, err := h.Wait(ctx, time.Minute)
	if err != nil || x.Status.Terminal() || x.Error != nil {
		t.Errorf("it was told to be %+v, %v", x, err)
	}
	if n, err := r.store.Sweep(ctx); n != 1 || err != nil {
		t.Errorf("the next start settles %d executions, %v", n, err)
	}
}

// What ended runs hold is bounded: when too many wait for the store, new ones
// are refused until it takes them.
func TestFullDiskRefusesMore(t *testing.T) {
	r := newRig(t, func(c *executor.Config) { c.MaxConcurrent = 1 })
	task := r.task(t, forever, nil)
	ctx := context.Background()
	running := startForever(t, r)
	var waiting []*executor.Handle
	for range 40 {
		h, err := r.Start(ctx, executor.Request{Task: task.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Wait(ctx, 0); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, h)
	}
	restore := limitFiles(t, 1)
	for _, h := range waiting {
		r.Stop(h.ID, "enough")
	}
	var e *ratchet.Error
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		h, err := r.Start(ctx, executor.Request{Task: task.ID})
		if err == nil { // was taken before there were too many
			r.Stop(h.ID, "enough")
		}
		if e = ratchet.AsError(err); err != nil && strings.Contains(e.Message, "wait to be stored") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is not refused: %v", err)
		}
	}
	if e.Code != ratchet.CodeUnavailable || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	restore()
	for _, h := range waiting {
		<-h.Done()
		if x, err := r.store.Execution(ctx, h.ID); err != nil || x.Status != ratchet.StatusCancelled {
			t.Fatalf("%+v, %v", x, err)
		}
	}
	r.Stop(running.ID, "enough")
	<-running.Done()
}

// The store has another end already: that one is told.
func TestEndThatTheStoreHas(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, forever, nil)
	ctx := context.Background()
	h := startForever(t, r)
	row, err := r.store.Execution(ctx, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	row.Status, row.Output = ratchet.StatusCompleted, json.RawMessage(`"stored"`)
	if err := r.store.FinishExecution(ctx, row, storage.Finish{}); err != nil {
		t.Fatal(err)
	}
	r.Stop(h.ID, "enough")
	x, err := h.Wait(ctx, time.Minute)
	if err != nil || x.Status != ratchet.StatusCompleted || string(x.Output) != `"stored"` || x.Error != nil {
		t.Errorf("%+v, %v", x, err)
	}
}

// limitFiles lets no file of this process grow beyond size until restore.
func limitFiles(t *testing.T, size uint64) (restore func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}); err != nil {
		t.Skip("files cannot be limited here:", err)
	}
	done := false
	restore = func() {
		if done {
			return
		}
		done = true
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(restore)
	return restore
}
