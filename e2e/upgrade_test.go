package e2e_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestFormerDataOpens: a data directory that was made with the first schema
// opens; its tasks, executions and audit are there, and its recordings replay.
func TestFormerDataOpens(t *testing.T) {
	p := start(t, unpack(t, "testdata/data/schema-1.tar.gz"))
	if tasks := p.must(t, "ratchet_list_available_tasks", object{})["tasks"].([]any); len(tasks) != 4 {
		t.Errorf("%d tasks, want 4", len(tasks))
	}
	count := map[string]int{}
	replayed := 0
	rows := p.must(t, "ratchet_list_executions", object{"verbose": true})["executions"].([]any)
	if stats := p.must(t, "ratchet_get_execution_stats", object{}); stats["total"] != float64(len(rows)) {
		t.Errorf("statistics count %v executions, want %d", stats["total"], len(rows))
	}
	for _, row := range rows {
		x := row.(object)
		count[fmt.Sprint(x["task_name"], " ", x["status"])]++
		id := x["execution_id"]
		p.must(t, "ratchet_get_execution_logs", object{"execution_id": id})
		if x["status"] != "completed" || x["recording_available"] != true {
			continue
		}
		r, err := p.call(t.Context(), "ratchet_replay_execution", object{"execution_id": id})
		if err != nil || r.Value["identical"] != true {
			t.Errorf("the replay of %v: %v, %v", x["task_name"], r.Value, err)
		}
		replayed++
	}
	for _, want := range []string{"add completed", "weather completed", "fails failed", "slow timed_out"} {
		if count[want] == 0 {
			t.Errorf("no execution of %s: %v", want, count)
		}
	}
	if replayed < 4 {
		t.Errorf("%d executions replayed, want at least 4", replayed)
	}
	if users := p.must(t, "ratchet_list_users", object{})["users"].([]any); len(users) != 1 {
		t.Errorf("%d users, want 1", len(users))
	}
}

// unpack extracts a small archive of ours into a folder of the test's own.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for files := tar.NewReader(zipped); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(files, 16<<20))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(head.Name)), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
