package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

func TestSweep(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, StartedAt: time.Now()}
	if err := db.InsertExecution(ctx, e); err != nil {
		t.Fatal(err)
	}
	run := &ratchet.TestRun{TaskID: "t", TaskName: "t"}
	if err := db.SaveTestRun(ctx, run); err != nil {
		t.Fatal(err)
	}
	if n, err := db.Sweep(ctx); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	got, err := db.Execution(ctx, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != ratchet.StatusFailed || got.Error.Cause != ratchet.CauseLost || got.Error.Code != ratchet.CodeUnavailable || got.CompletedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	if got, err := db.TestRun(ctx, run.ID); err != nil || got.Status != ratchet.StatusFailed {
		t.Error(got, err)
	}
	if list, err := db.ListTestRuns(ctx, "t", 5); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
}

func TestLogs(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning}
	if err := db.InsertExecution(ctx, e); err != nil {
		t.Fatal(err)
	}
	var lines []ratchet.LogLine
	for i := range 1200 {
		level := Levels()[i%5]
		lines = append(lines, ratchet.LogLine{Number: i + 1, Level: level, Message: fmt.Sprintf("line %d\x00", i+1), At: time.UnixMicro(int64(i)).UTC()})
	}
	if err := db.AppendLogs(ctx, e.ID, lines[:700]); err != nil {
		t.Fatal(err)
	}
	e.Status = ratchet.StatusCompleted
	if err := db.FinishExecution(ctx, e, Finish{Logs: lines[600:]}); err != nil { // some twice
		t.Fatal(err)
	}
	for _, c := range []struct {
		q            LogQuery
		total, first int
		n            int
		more         bool
	}{
		{LogQuery{}, 1200, 1101, 100, true},
		{LogQuery{MinLevel: "error", Limit: 1000}, 240, 5, 240, false},
		{LogQuery{AfterLine: 1190}, 10, 1191, 10, false},
		{LogQuery{AfterLine: 5, Limit: 3}, 1195, 6, 3, true},
		{LogQuery{BeforeLine: 50, Limit: 9}, 49, 41, 9, true},
		{LogQuery{Search: "line 77", Limit: 100}, 11, 77, 11, false},
	} {
		page, err := db.Logs(ctx, e.ID, c.q)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != c.total || len(page.Lines) != c.n || page.Lines[0].Number != c.first || page.More != c.more {
			t.Errorf("%+v: total %d, %d lines from %d, more %v", c.q, page.Total, len(page.Lines), page.Lines[0].Number, page.More)
		}
	}
	all, err := db.Logs(ctx, e.ID, LogQuery{Limit: 2000})
	if diff := cmp.Diff(lines, all.Lines); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := db.Logs(ctx, "99", LogQuery{}); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Error(err)
	}
}

func TestDeleteExecutions_payloadsGoWithTheirLastReference(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	big := bytes.Repeat([]byte("1"), inlineLimit+1)
	var ends []time.Time
	for range 2 {
		e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusRunning, Input: big}
		if err := db.InsertExecution(ctx, e); err != nil {
			t.Fatal(err)
		}
		e.Status, e.Output = ratchet.StatusCompleted, big
		if err := db.FinishExecution(ctx, e, Finish{Tape: big}); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, e.CompletedAt)
	}
	payloads := func(want int64) {
		t.Helper()
		s, err := db.Stats(ctx)
		if err != nil || s.Payloads != want {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	payloads(1)
	if n, err := db.DeleteExecutions(ctx, Purge{Before: ends[1], TaskID: "t"}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	payloads(1)
	if n, err := db.DeleteExecutions(ctx, Purge{Before: ends[1].Add(time.Second)}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	payloads(0)
	if err := db.Vacuum(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if s, err := db.Stats(ctx); err != nil || s.FreeBytes != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestTask_historyAndBackups(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	task := aTask("add")
	if err := db.CreateTask(ctx, task, "made", "ada"); err != nil {
		t.Fatal(err)
	}
	first := *task
	for i := range 25 {
		task.Code = fmt.Sprint("code ", i)
		if _, err := db.UpdateTask(ctx, task, UpdateOptions{Backup: true, ExpectedChecksum: task.Checksum}); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := db.TaskVersions(ctx, task.ID)
	if err != nil || len(versions) != 26 || versions[0].Revision != 26 || versions[25].Note != "made" || versions[25].Task.Code != first.Code {
		t.Errorf("%d versions, %v", len(versions), err)
	}
	backups, err := db.TaskBackups(ctx, task.ID)
	if err != nil || len(backups) != keptBackups || backups[0].Task.Code != "code 23" {
		t.Errorf("%d backups, %v", len(backups), err)
	}
	id, err := db.DeleteTask(ctx, task.ID, DeleteOptions{Backup: true})
	if err != nil {
		t.Fatal(err)
	}
	restored, _, err := db.RestoreTask(ctx, id, RestoreOptions{Author: "ada"})
	if err != nil || restored.ID != task.ID || restored.Code != "code 24" || restored.Checksum != task.Checksum {
		t.Errorf("%+v, %v", restored, err)
	}
	task.Version = "2.0.0"
	if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	old, err := db.Task(ctx, "add@1.0.0")
	if err != nil || old.Version != "1.0.0" || old.Code != "code 24" {
		t.Errorf("%+v, %v", old, err)
	}
	if _, err := db.Task(ctx, "add@9.9.9"); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Error(err)
	}
}

func TestMigrate_refusesWhatItDoesNotKnow(t *testing.T) {
	for name, change := range map[string]string{
		"newer":   "INSERT INTO migrations VALUES (99, x'61', x'61', 0)",
		"changed": "UPDATE migrations SET checksum = x'61'",
	} {
		db := openTemp(t)
		if err := db.write(context.Background(), true, func(t *tx) error { return t.exec("", change) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(context.Background(), Config{Path: db.Path()})
		if e := ratchet.AsError(err); e.Code != ratchet.CodeConfig || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := migrations(fstest.MapFS{"migrations/0002_x.sql": {}}); err == nil {
		t.Error("a gap in the migrations passes")
	}
	got := splitSQL("-- a; b\nCREATE TABLE a (x); INSERT INTO a VALUES ('x;''y') -- end\n;\nSELECT 1")
	if want := []string{"CREATE TABLE a (x)", "INSERT INTO a VALUES ('x;''y')", "SELECT 1"}; !cmp.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestClose_laterCallsFailClearly(t *testing.T) {
	db, err := Open(context.Background(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	err = db.InsertExecution(context.Background(), &ratchet.Execution{})
	if ratchet.CodeOf(err) != ratchet.CodeUnavailable {
		t.Error(err)
	}
	if _, err := db.Execution(context.Background(), "1"); ratchet.CodeOf(err) != ratchet.CodeUnavailable {
		t.Error(err)
	}
}

func TestNames_byPrefix(t *testing.T) {
	db := openTemp(t)
	ctx := context.Background()
	for _, name := range []string{"ab", "abc", "b"} {
		if err := db.CreateTask(ctx, aTask(name), "", ""); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, want := range map[string]string{"": "[ab abc b]", "ab": "[ab abc]", "c": "[]"} {
		if got, err := db.TaskNames(ctx, prefix, 10); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%q: %v, %v", prefix, got, err)
		}
	}
	e := &ratchet.Execution{TaskID: "t", TaskName: "t"}
	if err := db.InsertExecution(ctx, e); err != nil {
		t.Fatal(err)
	}
	if got, err := db.ExecutionIDs(ctx, e.ID[:5], 10); len(got) != 1 || err != nil {
		t.Error(got, err)
	}
	if got, err := db.TaskReferences(ctx, "t"); len(got) != 1 || err != nil {
		t.Error(got, err)
	}
	if err := db.MarkRunning(ctx, e.ID, time.Now()); err != nil {
		t.Error(err)
	}
	if err := db.MarkRunning(ctx, e.ID, time.Now()); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Error(err)
	}
	if err := db.SetProgress(ctx, e.ID, ratchet.Progress{Fraction: 0.5, Message: "half"}); err != nil {
		t.Error(err)
	}
	if got, err := db.Execution(ctx, e.ID); err != nil || got.Progress == nil || got.Progress.Message != "half" {
		t.Error(got, err)
	}
}

func TestStoreExecution(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		ctx := context.Background()
		task := aTask("add")
		if err := db.CreateTask(ctx, task, "", ""); err != nil {
			t.Fatal(err)
		}
		e := &ratchet.Execution{
			TaskID: task.ID, TaskName: task.Name, Origin: ratchet.OriginExternal, Status: ratchet.StatusFailed,
			Input: []byte(`{}`), Output: []byte(`{"half":1}`), HTTPRequests: []byte(`[ 1]`), RecordingPath: "/tmp/x",
			Error:     &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "Error", Message: "no", Details: map[string]any{"a": "<b>"}},
			StartedAt: timeOf(1_700_000_000_000_000), CompletedAt: timeOf(1_700_000_000_500_000),
		}
		if err := db.StoreExecution(ctx, e); err != nil {
			t.Fatal(err)
		}
		check(t, db, e)
		page, err := db.ListExecutions(ctx, ratchet.Query{Filters: []ratchet.Filter{{Field: "duration", Operator: ratchet.OpEQ, Value: 500}}})
		if err != nil || page.Total != 1 {
			t.Error(page, err)
		}
	})
}
