package ratchet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ratchet"
)

// TestHostilePrograms runs every program of testdata/hostile on the real
// server. Each must end as its first line says, another call must be answered
// while it runs, and nothing may be left behind.
func TestHostilePrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/hostile/*.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 52 {
		t.Fatalf("found %d hostile programs, want 52", len(files))
	}
	p := start(t, t.TempDir(), "RATCHET_LOG_LEVEL=error")
	p.create(t, "calm", "export default (i) => i", nil)
	p.must(t, "ratchet_execute_task", object{"task_id": "calm", "input": object{}})
	before := footprint(t, p.cmd.Process.Pid)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) { hostile(t, p, file) })
	}
	p.must(t, "ratchet_execute_task", object{"task_id": "calm", "input": object{"still": "here"}})
	settle(t, p.cmd.Process.Pid, before)
}

func hostile(t *testing.T, p *process, file string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(source), "\n")
	wants := strings.Split(strings.TrimPrefix(first, "// want: "), " | ")
	name := strings.TrimSuffix(filepath.Base(file), ".js")
	if refusedAtCreation(t, p, name, string(source)) {
		return
	}
	limit := 2
	if !slices.ContainsFunc(wants, func(w string) bool { return strings.HasPrefix(w, "timeout") }) {
		limit = 15 // it must meet another limit first, on a slow machine too
	}
	done := make(chan reply, 1)
	failed := make(chan error, 1)
	go func() {
		r, err := p.call(context.Background(), "ratchet_execute_task",
			object{"task_id": name, "input": object{}, "timeout": limit})
		if err != nil {
			failed <- err
			return
		}
		done <- r
	}()
	// A concurrent call answers long before the hostile one is over.
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	time.Sleep(100 * time.Millisecond)
	if _, err := p.call(ctx, "ratchet_list_available_tasks", object{"filter": "calm"}); err != nil {
		t.Fatalf("another call was not answered: %v", err)
	}
	select {
	case err := <-failed:
		t.Fatal(err)
	case r := <-done:
		checkEnd(t, r, wants)
	case <-time.After(40 * time.Second):
		t.Fatal("the run did not end")
	}
}

// refusedAtCreation stores the program. One whose top level does not end is
// refused there: the check of a new task runs behind the same wall.
func refusedAtCreation(t *testing.T, p *process, name, source string) bool {
	t.Helper()
	r, err := p.call(t.Context(), "ratchet_create_task", object{
		"name": name, "description": "A hostile program.", "code": source,
		"input_schema": object{"type": "object"}, "output_schema": object{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.IsError {
		return false
	}
	details, _ := r.Value["details"].(map[string]any)
	if !strings.Contains(source, "body never ends") || details["check"] != "TOP_LEVEL_ERROR" {
		t.Fatalf("create: %v", r.Value)
	}
	t.Log("refused at creation")
	return true
}

// checkEnd compares how a run ended with the accepted ends, "code" or "code cause".
func checkEnd(t *testing.T, r reply, wants []string) {
	t.Helper()
	if !r.IsError {
		t.Fatalf("the run completed: %v", r.Value)
	}
	e, _ := r.Value["error"].(map[string]any)
	cause, _ := e["cause"].(string)
	code := ending(r.Value["status"], ratchet.Cause(cause))
	for _, want := range wants {
		wantCode, wantCause, _ := strings.Cut(want, " ")
		if code == wantCode && (wantCause == "" || cause == wantCause) {
			t.Logf("%s %s", code, cause)
			return
		}
	}
	t.Errorf("ended as %q %q, want one of %q: %v", code, cause, wants, e)
}

// ending names how a run ended as the first lines of the programs do.
func ending(status any, cause ratchet.Cause) string {
	if status == string(ratchet.StatusTimedOut) {
		return string(ratchet.CodeTimeout)
	}
	switch cause {
	case ratchet.CauseMemory, ratchet.CauseStack, ratchet.CauseCPU, ratchet.CauseOutput:
		return string(ratchet.CodeLimit)
	case "", ratchet.CauseDeadlock:
		return string(ratchet.CodeScript)
	default:
		return string(cause)
	}
}

// prints is what a process holds: its open files and its children.
type prints struct{ files, children int }

func footprint(t *testing.T, pid int) prints {
	t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Skip("needs /proc:", err)
	}
	return prints{len(files), len(children(pid))}
}

func children(pid int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, child)
		}
	}
	return pids
}

// settle waits until the process holds no more than before, with room for
// what a pool of warm workers may keep.
func settle(t *testing.T, pid int, before prints) {
	t.Helper()
	const spare = 3 // a spare worker holds its three pipes
	var now prints
	for range 100 {
		now = footprint(t, pid)
		if now.files <= before.files+2*spare+4 && now.children <= before.children+2 {
			t.Logf("before %+v, after %+v", before, now)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("left behind: before %+v, after %+v", before, now)
}
