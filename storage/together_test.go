package storage

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// An execution that ends before its row is written is stored as one that ends later.
func TestInsertAndFinishTogether(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	at := time.UnixMicro(1_700_000_000_000_000).UTC()
	run := func(together bool, output string, failure *ratchet.ExecutionError) *ratchet.Execution {
		t.Helper()
		e := &ratchet.Execution{
			TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, Input: json.RawMessage(`{"a":1}`), QueuedAt: at,
			StartedAt: at.Add(time.Second), Trace: true,
		}
		i, err := db.BeginInsert(ctx, e, func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		if !together {
			if _, err := i.Wait(); err != nil {
				t.Fatal(err)
			}
		}
		done := *e
		done.Status, done.CompletedAt, done.Output = ratchet.StatusCompleted, at.Add(3*time.Second), json.RawMessage(output)
		if done.Error = failure; failure != nil {
			done.Status, done.Output = ratchet.StatusFailed, nil
		}
		done.Phases = &ratchet.Phases{Queue: time.Second, Main: 2 * time.Second}
		f := Finish{After: i, Tape: []byte("tape"), Logs: []ratchet.LogLine{{Number: 1, Level: "info", Message: "m", At: at}}}
		if err := db.FinishExecution(ctx, &done, f); err != nil {
			t.Fatal(err)
		}
		if n, err := i.Wait(); err != nil || n != done.Number {
			t.Fatalf("number %d, %v; the end says %d", n, err, done.Number)
		}
		if tape, err := db.Tape(ctx, e.ID); err != nil || string(tape) != "tape" {
			t.Fatalf("tape %q, %v", tape, err)
		}
		got, err := db.Execution(ctx, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		got.ID, got.Number = "", 0
		return got
	}
	large := `"` + strings.Repeat("x", 2*inlineLimit) + `"`
	for _, output := range []string{`{"b":2}`, large} {
		if diff := cmp.Diff(run(false, output, nil), run(true, output, nil)); diff != "" {
			t.Errorf("apart, together:\n%s", diff)
		}
	}
	failure := &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "TypeError", Message: "no"}
	if diff := cmp.Diff(run(false, "", failure), run(true, "", failure)); diff != "" {
		t.Errorf("apart, together:\n%s", diff)
	}
	if err := db.FinishExecution(ctx, &ratchet.Execution{ID: newID(), Status: ratchet.StatusFailed}, Finish{}); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("unknown: %v", err)
	}
}

// The row of a run that goes on is stored soon without anybody waiting.
func TestBeginInsertIsStoredSoon(t *testing.T) {
	db := openTemp(t)
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Input: json.RawMessage(`{}`)}
	i, err := db.BeginInsert(context.Background(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-i.op.done // nobody urges
	if _, err := db.Execution(context.Background(), e.ID); err != nil {
		t.Error(err)
	}
	twin := &ratchet.Execution{ID: e.ID, TaskID: "t", TaskName: "t", Input: json.RawMessage(`{}`)}
	told := make(chan error, 1)
	if i, err = db.BeginInsert(context.Background(), twin, func(err error) { told <- err }); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Wait(); ratchet.CodeOf(err) != ratchet.CodeConflict || ratchet.CodeOf(<-told) != ratchet.CodeConflict {
		t.Errorf("a row with the same id: %v", err)
	}
}
