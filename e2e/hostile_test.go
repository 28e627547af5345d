package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ratchet"
)

// TestHostilePrograms runs every program of testdata/hostile on the real
// server, two at a time. Each must end as its first line says, another call
// must be answered while it runs, and nothing may be left behind: no process,
// no file, no memory, nothing planted for the next run. No answer names the
// server's paths or the engine.
func TestHostilePrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/hostile/*.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 125 {
		t.Fatalf("found %d hostile programs, want 125", len(files))
	}
	dir := t.TempDir()
	p := start(t, dir, "RATCHET_LOG_LEVEL=error")
	p.create(t, "calm", "export default (i) => i", nil)
	p.create(t, "spy", spy, nil)
	clean := p.must(t, "ratchet_execute_task", object{"task_id": "spy", "input": object{}})["output"]
	before := footprint(t, p.cmd.Process.Pid)
	t.Run("programs", func(t *testing.T) {
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) {
				t.Parallel()
				hostile(t, p, file, dir)
				after := p.must(t, "ratchet_execute_task", object{"task_id": "spy", "input": object{}})["output"]
				if after != clean {
					t.Errorf("the next run sees another realm: %v, want %v", after, clean)
				}
			})
		}
	})
	p.must(t, "ratchet_execute_task", object{"task_id": "calm", "input": object{"still": "here"}})
	settle(t, p.cmd.Process.Pid, before)
	if peak := peakMemory(t, p.cmd.Process.Pid); peak > 400<<20 {
		t.Errorf("the server held %d MiB, want at most 400", peak>>20)
	}
}

// spy describes what the realm of a run is made of.
const spy = `export default () => {
	const seen = [];
	for (const o of [globalThis, Object.prototype, Array.prototype, Function.prototype, Promise.prototype, JSON, RegExp.prototype, String.prototype, Error])
		for (const k of Reflect.ownKeys(o)) {
			const d = Object.getOwnPropertyDescriptor(o, k);
			seen.push(String(k) + typeof d.value + Boolean(d.get) + Boolean(d.writable) + Boolean(d.configurable));
		}
	return seen.join() + JSON.stringify({ a: 1 }) + Object.isFrozen(globalThis) + /b/.test('abc') + 'A'.toLowerCase();
}`

func hostile(t *testing.T, p *process, file, dir string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(source), "\n")
	wants := strings.Split(strings.TrimPrefix(first, "// want: "), " | ")
	name := strings.TrimSuffix(filepath.Base(file), ".js")
	if refusedAtCreation(t, p, name, string(source), wants) {
		return
	}
	done := make(chan reply, 1)
	failed := make(chan error, 1)
	go func() {
		r, err := p.call(context.Background(), "ratchet_execute_task",
			object{"task_id": name, "input": object{}})
		if err != nil {
			failed <- err
			return
		}
		done <- r
	}()
	// A concurrent call answers long before the hostile one is over.
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	time.Sleep(50 * time.Millisecond)
	if _, err := p.call(ctx, "ratchet_list_available_tasks", object{"filter": "calm"}); err != nil {
		t.Fatalf("another call was not answered: %v", err)
	}
	select {
	case err := <-failed:
		t.Fatal(err)
	case r := <-done:
		checkEnd(t, r, wants)
		checkSecrecy(t, r, dir)
	case <-time.After(40 * time.Second):
		t.Fatal("the run did not end")
	}
}

// timeLimit is in seconds. A program that must meet another limit first gets
// the time for it on a slow machine too.
func timeLimit(wants []string) float64 {
	if slices.Contains(wants, "timeout") {
		return 0.4
	}
	return 20
}

// refusedAtCreation stores the program. One whose top level does not end is
// refused there: the check of a new task runs behind the same wall. So is one
// that asks for what no task has.
func refusedAtCreation(t *testing.T, p *process, name, source string, wants []string) bool {
	t.Helper()
	want := slices.Contains(wants, "refused")
	r, err := p.call(t.Context(), "ratchet_create_task", object{
		"name": name, "description": "A hostile program.", "code": source,
		"input_schema": object{"type": "object"}, "output_schema": object{},
		"metadata": object{"timeout": timeLimit(wants)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if want && r.Value["code"] != "VALIDATION_ERROR" {
		t.Fatalf("create answered %v, want a refusal", r.Value)
	}
	if !r.IsError || want {
		return r.IsError
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
	code, cause := "completed", ""
	if r.IsError {
		e, _ := r.Value["error"].(map[string]any)
		cause, _ = e["cause"].(string)
		code = ending(r.Value["status"], ratchet.Cause(cause))
		if again := code == string(ratchet.CodeTimeout); e["retryable"] == true && !again {
			t.Errorf("ended as retryable: %v", e)
		}
	}
	for _, want := range wants {
		wantCode, wantCause, _ := strings.Cut(want, " ")
		if code == wantCode && (wantCause == "" || cause == wantCause) {
			t.Logf("%s %s", code, cause)
			return
		}
	}
	t.Errorf("ended as %q %q, want one of %q: %.500v", code, cause, wants, r.Value)
}

// checkSecrecy looks for what is the server's own in the answer to a run.
func checkSecrecy(t *testing.T, r reply, dir string) {
	t.Helper()
	text, err := json.Marshal(r.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{dir, "goja", "GoError", ".go:", "goroutine ", "0xc0", "/etc/"} {
		if strings.Contains(string(text), own) {
			t.Errorf("the answer has %q: %.500s", own, text)
		}
	}
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
