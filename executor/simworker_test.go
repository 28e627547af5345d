package executor

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// simWorkers stands in for the pool in simulations: real workers are reached
// over pipes, which do not advance a simulated clock. What a run does is in its
// input. It checks on its own that no limit is exceeded.
type simWorkers struct {
	slots chan struct{}

	mu      sync.Mutex
	running map[string]int // by principal and by task
	ran     map[string]int // by execution
	broken  []string
}

// simInput says what a run does.
type simInput struct {
	N     int    `json:"n"`
	MS    int    `json:"ms"`              // how long it takes
	End   string `json:"end"`             // ok, fail or crash
	Deaf  bool   `json:"deaf,omitempty"`  // it does not stop when asked
	Lines int    `json:"lines,omitempty"` // of its log
}

func (w *simWorkers) Idle() bool { return len(w.slots) < cap(w.slots) }

func (w *simWorkers) Run(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error) {
	select {
	case w.slots <- struct{}{}:
	case <-ctx.Done():
		return runtime.Outcome{Err: simError(ratchet.CodeCancelled, ratchet.CauseCancelled)}, nil
	}
	defer func() { <-w.slots }()
	w.enter(&job)
	defer w.leave(&job)
	hooks.Started()
	var in simInput
	if err := json.Unmarshal(job.Input, &in); err != nil {
		return runtime.Outcome{}, err
	}
	for range in.Lines {
		hooks.Log([]ratchet.LogLine{{At: time.Now(), Level: "info", Message: "line"}})
	}
	stop := hooks.Stop
	if in.Deaf {
		stop = nil
	}
	out := runtime.Outcome{Tape: runtime.EncodeTape(&runtime.Tape{Header: runtime.NewTapeHeader(job), Complete: true}, 0)}
	select {
	case <-time.After(time.Duration(in.MS) * time.Millisecond):
	case <-stop:
		out.Err = simError(ratchet.CodeCancelled, ratchet.CauseCancelled)
		return out, nil
	case <-w.grace(ctx, hooks.Stop):
		return runtime.Outcome{Err: simError(ratchet.CodeCancelled, ratchet.CauseCancelled)}, nil
	}
	switch in.End {
	case "fail":
		out.Err = &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "Error", Message: "no"}
	case "crash":
		return runtime.Outcome{Err: simError(ratchet.CodeInternal, ratchet.CauseCrash)}, nil
	default:
		out.Output = job.Input
	}
	return out, nil
}

// grace is closed when the run is killed: at once, or five seconds after it was
// asked to stop.
func (w *simWorkers) grace(ctx context.Context, stop <-chan struct{}) <-chan struct{} {
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		select {
		case <-ctx.Done():
		case <-stop:
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Second):
			}
		}
	}()
	return killed
}

func simError(code ratchet.Code, cause ratchet.Cause) *ratchet.ExecutionError {
	return &ratchet.ExecutionError{Code: code, Cause: cause, Type: "Error", Message: "ended"}
}

func (w *simWorkers) enter(job *runtime.Job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ran[job.ExecutionID]++; w.ran[job.ExecutionID] > 1 {
		w.broken = append(w.broken, "execution "+job.ExecutionID+" ran twice")
	}
	// Callers without a name and the task "free" have no limit of their own.
	for key, limit := range map[string]int{"p " + job.Principal: simPerPrincipal, "t " + job.Context.TaskName: simPerTask} {
		if w.running[key]++; w.running[key] > limit && key != "p " && key != "t free" {
			w.broken = append(w.broken, key+" has more runs at once than allowed")
		}
	}
}

func (w *simWorkers) leave(job *runtime.Job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running["p "+job.Principal]--
	w.running["t "+job.Context.TaskName]--
}
