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

// The disk fills while a run goes on: the caller is told, and the row is
// closed when there is space again.
func TestFullDiskAtTheEnd(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default async (i, c) => { await c.secrets.get("TOKEN"); console.log("up");
		await new Promise((ok) => c.signal.addEventListener("abort", ok)); return "x".repeat(1 << 20) }`, func(t *ratchet.Task) {
		t.Metadata = json.RawMessage(`{"secrets":["TOKEN"]}`)
	})
	h := startForever(t, r)
	sub := r.bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "execution.updated" })
	defer sub.Close()
	restore := limitFiles(t, 64<<10)
	r.Stop(h.ID, "enough")
	x, err := h.Wait(context.Background(), time.Minute)
	restore()
	if err != nil || x.Status != ratchet.StatusFailed || x.Error.Code != ratchet.CodeUnavailable || x.Error.Hint == "" {
		t.Fatalf("%+v, %v", x, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		row, err := r.store.Execution(context.Background(), h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if row.Status == ratchet.StatusFailed {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the row is still %s", row.Status)
		}
		time.Sleep(20 * time.Millisecond)
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
