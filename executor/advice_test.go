package executor_test

import (
	"context"
	"strings"
	"testing"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// TestAdvice runs a task whose result loses something in JSON: who started it
// is told, the log says it, and a replay does not compare it.
func TestAdvice(t *testing.T) {
	r := newRig(t, nil)
	ctx := context.Background()
	r.task(t, "export default () => { console.log('own'); Promise.reject(new Error('lost')); return {m: new Map([['a', 1]])} }", func(task *ratchet.Task) {
		task.Tests = []ratchet.TestCase{{Name: "one", Input: []byte("{}"), ExpectedOutput: []byte(`{"m":{"a":1}}`)}}
	})
	h, err := r.Start(ctx, executor.Request{Task: "t", Input: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	<-h.Done()
	if got := strings.Join(h.Advice(), "\n"); !strings.Contains(got, "a Map at result.m") || !strings.Contains(got, "unhandled promise rejection: Error: lost") {
		t.Errorf("advice: %s", got)
	}
	report, err := r.RunTests(ctx, mustTask(t, r), executor.TestOptions{})
	if err != nil || len(report.Tests[0].Warnings) != 2 {
		t.Errorf("%+v %v", report, err)
	}
	lines, err := r.Tail(ctx, h.ID)
	if err != nil || len(lines) != 3 {
		t.Fatalf("%+v %v", lines, err)
	}
	more := ratchet.LogLine{Number: 9, At: lines[0].At, Level: "warn", Logger: runtime.LoggerAdvice, Message: "of another version"}
	if err := r.store.AppendLogs(ctx, h.ID, []ratchet.LogLine{more}); err != nil {
		t.Fatal(err)
	}
	p, err := r.Replay(ctx, executor.ReplayRequest{Execution: h.ID})
	if err != nil || !p.Identical || len(p.Logs) != 3 {
		t.Errorf("%+v %v", p, err)
	}
}

func mustTask(t *testing.T, r rig) *ratchet.Task {
	task, err := r.store.Task(context.Background(), "t")
	if err != nil {
		t.Fatal(err)
	}
	return task
}
