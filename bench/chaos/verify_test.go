package chaos

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
	"ratchet/storage"
)

// The checks find what they are there to find.
func TestCompareFindsWhatIsMissing(t *testing.T) {
	ctx := context.Background()
	b := &bench{report: newReport(Options{}), book: newBook(), disk: &disk{folder: t.TempDir()}, upstream: &upstream{
		made: map[string]int{"once": 1, "twice": 2, "told twice": 2},
	}}
	db, err := storage.Open(ctx, storage.Config{Path: filepath.Join(b.disk.data(), "ratchet.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	task := &ratchet.Task{Name: "t", Version: "1.0.0", Language: ratchet.JavaScript, Enabled: true, Code: "x"}
	if err := db.CreateTask(ctx, task, "", ""); err != nil {
		t.Fatal(err)
	}
	add := func(status ratchet.Status, output string) string {
		x := &ratchet.Execution{TaskID: task.ID, TaskName: "t", Status: ratchet.StatusRunning}
		if err := db.InsertExecution(ctx, x); err != nil {
			t.Fatal(err)
		}
		if status.Terminal() {
			x.Status, x.Output = status, json.RawMessage(output)
			if err := db.FinishExecution(ctx, x, storage.Finish{}); err != nil {
				t.Fatal(err)
			}
		}
		return x.ID
	}
	b.book.executions = map[string]acknowledged{
		add(ratchet.StatusCompleted, `1`): {status: "completed", output: json.RawMessage(`1`)},
		add(ratchet.StatusFailed, ``):     {status: "running"},
		"0-handle":                        {status: "running", losing: true}, // the disk lost it, as documented
		"0-lost":                          {status: "completed"},
		"0-handle-lost":                   {status: "running"},
		add(ratchet.StatusRunning, ``):    {status: "running"},                                 // for ever
		add(ratchet.StatusCompleted, `2`): {status: "completed", output: json.RawMessage(`3`)}, // another output
		add(ratchet.StatusFailed, ``):     {status: "completed"},                               // another end
	}
	b.book.tasks = map[string]bool{task.ID: false, "0-task": false}
	b.book.completed = map[string]bool{"once": true, "never": true}
	b.book.unknown = map[string]bool{"told twice": true}
	if err := b.compare(ctx, db); err != nil {
		t.Fatal(err)
	}
	b.effects()
	var printed strings.Builder
	b.report.Print(&printed)
	found := printed.String()
	for _, want := range []string{
		"0-lost, told", "0-handle-lost, told", "for ever", "told to be completed 3 and is completed 2", "is failed",
		"0-task was created and is gone", "twice was made 2 times", "never was told to be made",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not among\n%s", want, found)
		}
	}
	if b.report.Breaches != 9 || b.report.Held() || b.report.Counts["handles lost with an unsynced disk"] != 1 {
		t.Errorf("%d breaches, counts %v:\n%s", b.report.Breaches, b.report.Counts, found)
	}
}

// A run that was told to have ended is not told otherwise later.
func TestBookFindsChangedEnds(t *testing.T) {
	k := newBook()
	for i, c := range []struct {
		status string
		ok     bool
	}{{"pending", true}, {"running", true}, {"completed", true}, {"completed", true}, {"failed", false}, {"running", false}} {
		a := &answer{}
		a.Value.ExecutionID, a.Value.Status = "x", c.status
		if got := k.execution(a); got != c.ok {
			t.Errorf("%d: %s: %v", i, c.status, got)
		}
	}
}

func TestFlatFindsGrowth(t *testing.T) {
	for grown, held := range map[float64]bool{100: true, 104: true, 90: true, 106: false} {
		b := &bench{report: newReport(Options{})}
		b.flat("descriptors", 1, []sample{{files: 100}, {files: 500}, {files: grown}}, func(s sample) float64 { return s.files })
		if b.report.Held() != held {
			t.Errorf("from 100 to %v: held %v", grown, b.report.Held())
		}
	}
}

// Breaches are counted by their kind, and of each the first are told in full.
func TestReportGroupsByKind(t *testing.T) {
	r := newReport(Options{})
	r.logged = func() string { return "ERR the server's own words" }
	r.broken("task %s is gone", "rare")
	for i := range 50 {
		r.broken("execution %s was made %d times", "x", i)
	}
	if r.Breaches != 51 || len(r.Broken) != 2 {
		t.Fatalf("%d breaches of %d kinds", r.Breaches, len(r.Broken))
	}
	often, rare := r.Broken[0], r.Broken[1]
	if often.Count != 50 || len(often.Examples) != maxExamples || often.What != "execution … was made … times" {
		t.Errorf("%+v", often)
	}
	if rare.Count != 1 || len(rare.Examples) != 1 || !strings.HasSuffix(rare.Examples[0], "task rare is gone\nERR the server's own words") {
		t.Errorf("%+v", rare)
	}
}
