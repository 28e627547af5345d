package storage

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

func openFile(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openTemp(t testing.TB) *DB { return openFile(t, filepath.Join(t.TempDir(), "ratchet.db")) }

// both runs a test on a file and in memory.
func both(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Run("file", func(t *testing.T) { test(t, openTemp(t)) })
	t.Run("memory", func(t *testing.T) { test(t, openFile(t, "")) })
}

func aTask(name string) *ratchet.Task {
	return &ratchet.Task{
		Name: name, Version: "1.0.0", Description: "2024-01-02", Category: "math", Tags: []string{"a", "b"}, Enabled: true,
		Language: ratchet.JavaScript, Code: "export default (i) => i.a + '\x00' + i.b",
		Files:       map[string]string{"lib/x.js": "export const x = 1"},
		InputSchema: json.RawMessage(`{"type": "object", "b":1, "a":"<>"}`), Metadata: json.RawMessage(`{ "timeout": 5 }`),
		Tests: []ratchet.TestCase{{Name: "adds", Input: json.RawMessage(`{"a":1,"b":2}`), ExpectedOutput: json.RawMessage(`3`)}},
	}
}

func TestTask_roundTrip(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		ctx := context.Background()
		task := aTask("add")
		if err := db.CreateTask(ctx, task, "first", "ada"); err != nil {
			t.Fatal(err)
		}
		for _, ref := range []string{task.ID, "1", "add", "add@1.0.0"} {
			got, err := db.Task(ctx, ref)
			if err != nil {
				t.Fatalf("%s: %v", ref, err)
			}
			if diff := cmp.Diff(task, got); diff != "" {
				t.Errorf("%s: %s", ref, diff)
			}
		}
		page, err := db.ListTasks(ctx, ratchet.Query{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]ratchet.Task{*task}, page.Items); diff != "" || page.Total != 1 {
			t.Errorf("total %d: %s", page.Total, diff)
		}
	})
}

func TestExecution_roundTrip(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		ctx := context.Background()
		task := aTask("add")
		if err := db.CreateTask(ctx, task, "", ""); err != nil {
			t.Fatal(err)
		}
		big, err := json.Marshal(string(make([]byte, 100_000)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*ratchet.Execution{
			{Input: json.RawMessage(`{"z":1, "a":"2024-01-02"}`)},
			{Input: big, IdempotencyKey: "k", Principal: "ada", BatchID: "b", CorrelationToken: "2024-01-02"},
		} {
			e.TaskID, e.TaskName, e.TaskVersion, e.Status, e.Timeout = task.ID, task.Name, "1.0.0", ratchet.StatusRunning, time.Second
			e.Origin, e.Priority = ratchet.OriginDirect, ratchet.PriorityHigh
			e.StartedAt = time.UnixMicro(time.Now().UnixMicro()).UTC()
			if err := db.InsertExecution(ctx, e); err != nil {
				t.Fatal(err)
			}
			check(t, db, e)
			e.Status, e.Output, e.Usage, e.Isolation = ratchet.StatusCompleted, e.Input, &ratchet.Usage{Wall: 5}, "full"
			e.Progress = &ratchet.Progress{Fraction: 0.5, At: e.StartedAt}
			tape := []byte{0, 1, 2}
			err := db.FinishExecution(ctx, e, Finish{Tape: tape, Spans: json.RawMessage(`[]`), Logs: []ratchet.LogLine{{Number: 1, Level: "info", Message: "hi"}}})
			if err != nil {
				t.Fatal(err)
			}
			check(t, db, e)
			got, err := db.Tape(ctx, e.ID)
			if err != nil || !cmp.Equal(tape, got) {
				t.Errorf("tape %v, %v", got, err)
			}
			logs, err := db.Logs(ctx, e.ID, LogQuery{})
			if err != nil || len(logs.Lines) != 1 || logs.Lines[0].Message != "hi" {
				t.Errorf("logs %v, %v", logs, err)
			}
			if err := db.FinishExecution(ctx, e, Finish{}); ratchet.CodeOf(err) != ratchet.CodeConflict {
				t.Errorf("second finish: %v", err)
			}
		}
	})
}

func check(t *testing.T, db *DB, want *ratchet.Execution) {
	t.Helper()
	got, err := db.Execution(context.Background(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, jsonWhole()); diff != "" {
		t.Error(diff)
	}
	page, err := db.ListExecutions(context.Background(), ratchet.Query{Filters: []ratchet.Filter{{Field: "id", Operator: ratchet.OpEQ, Value: want.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]ratchet.Execution{*want}, page.Items, jsonWhole()); diff != "" {
		t.Error(diff)
	}
}

// jsonWhole compares JSON at once: go-cmp would take it byte by byte, which
// takes seconds when there is much.
func jsonWhole() cmp.Option {
	return cmp.Comparer(func(a, b json.RawMessage) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) })
}
