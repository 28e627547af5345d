package executor_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// planted is a pool of workers that panics in the server where the task says so.
type planted struct{ executor.Runner }

func (p planted) Run(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error) {
	if strings.Contains(string(job.Input), "planted") {
		panic("planted")
	}
	return p.Runner.Run(ctx, job, hooks)
}

// TestPanicEndsOneRun: what panics in the server ends its run, its test, its
// replay or its session with an error, and no other; nothing waits for ever.
func TestPanicEndsOneRun(t *testing.T) {
	r := newRig(t, func(c *executor.Config) { c.Runner = planted{c.Runner} })
	task := r.task(t, "export default (i) => i", nil)
	ctx := t.Context()

	x := r.run(t, `{"what":"planted"}`)
	if x.Status != ratchet.StatusFailed || x.Error == nil || x.Error.Code != ratchet.CodeInternal || strings.Contains(x.Error.Message, "planted") {
		t.Errorf("the run ended as %s: %+v", x.Status, x.Error)
	}
	if stored, err := r.store.Execution(ctx, x.ID); err != nil || stored.Status != ratchet.StatusFailed {
		t.Errorf("stored as %v (%v)", stored, err)
	}
	good := r.run(t, `{"what":"fine"}`)
	if good.Status != ratchet.StatusCompleted {
		t.Errorf("the next run ended as %s: %+v", good.Status, good.Error)
	}

	task.Tests = []ratchet.TestCase{
		{Name: "bad", Input: json.RawMessage(`{"what":"planted"}`), ExpectedOutput: json.RawMessage(`{}`)},
		{Name: "good", Input: json.RawMessage(`{"what":"fine"}`), ExpectedOutput: json.RawMessage(`{"what":"fine"}`)},
	}
	report, err := r.RunTests(ctx, task, executor.TestOptions{Parallel: true})
	if err != nil || len(report.Tests) != 2 || report.Tests[0].Status != ratchet.TestFailed || report.Tests[1].Status != ratchet.TestPassed {
		t.Errorf("the tests: %+v (%v)", report, err)
	}

	if _, replay, err := r.StartReplay(ctx, executor.ReplayRequest{Execution: x.ID}, time.Minute); err == nil {
		t.Errorf("the replay of the run that panicked: %+v", replay)
	}
}
