package executor

import (
	"context"
	"encoding/json"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// ForkRequest asks for a run that begins like a recorded one.
type ForkRequest struct {
	Execution string // id or number
	AtStep    int    // seq of the first event that is not taken from the recording; 0 and 1 = none is
	Input     json.RawMessage
	Patches   []Patch
	Code      string // in place of the recorded code; empty = the recorded code
	Version   string // of the task, in place of the recorded one; empty = the recorded one
	Mocked    bool   // after the fork, requests are answered from the rest of the recording instead of the world
	Principal string
	Trace     ratchet.TraceContext // as in Request
}

// forkSetup is what only a fork changes about a run.
type forkSetup struct {
	tape   []byte
	at     int
	before []runtime.TapeCall // of the recorded part
	after  time.Duration      // length of the recorded part
	rest   []runtime.TapeCall // the others, for a mocked fork
	mocked bool
	task   *ratchet.Task
	prog   *program
}

func (f *forkSetup) apply(job *runtime.Job) {
	job.Mode, job.Tape, job.Fork, job.ForkAt = runtime.ModeReplay, f.tape, true, f.at
	job.Limits.Memory += 4 * int64(len(f.tape))
}

// Fork starts an execution that follows a recorded one up to an event and is
// live from there on. It is stored as an execution of its own.
func (e *Executor) Fork(ctx context.Context, req ForkRequest) (*Handle, error) {
	r, err := e.openRecording(ctx, req.Execution, req.Code, req.Version)
	if err != nil {
		return nil, err
	}
	if !r.task.Enabled || r.x.TaskDeleted {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "task %s is disabled or deleted: a fork would run it live", r.x.TaskName).
			At("/execution_id").WithHint("replay it with " + ratchet.ToolReplayExecution + ", which touches nothing")
	}
	if r.x.Origin == ratchet.OriginTest && !req.Mocked {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "execution %s ran a test: a fork would send the requests that its mocks stood for", r.x.ID).
			At("/mocked").WithHint("pass mocked: true, which answers from the recording")
	}
	f, err := newFork(r, req)
	if err != nil {
		return nil, err
	}
	run := Request{
		Task: r.x.TaskID, Input: r.x.Input, NoTrace: !r.x.Trace, Priority: r.x.Priority, Timeout: r.x.Timeout,
		Origin: ratchet.OriginFork, ForkedFrom: r.x.ID, Principal: req.Principal, Trace: req.Trace,
		Correlation: r.x.CorrelationToken, fork: f,
	}
	if len(req.Input) > 0 {
		run.Input = req.Input
	}
	return e.Start(ctx, run)
}

func newFork(r *recorded, req ForkRequest) (*forkSetup, error) {
	total := len(r.tape.Events)
	if req.AtStep < 0 || req.AtStep > total+1 {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "at_step is %d; the recording has events 1 to %d", req.AtStep, total).At("/at_step").
			WithHint("read ratchet://executions/%s/recording for the events; %d goes on where the recording ends, 0 begins anew", r.x.ID, total+1)
	}
	if req.AtStep > 1 && len(req.Input) > 0 && !sameJSON(req.Input, r.x.Input) {
		r.note = append(r.note, "the input differs from the recorded one: the recorded part ends at the first difference it makes")
	}
	f := &forkSetup{at: req.AtStep, mocked: req.Mocked, task: r.task, prog: r.prog, tape: r.raw}
	if len(req.Patches) > 0 {
		if err := patchTape(r.tape, req.AtStep, req.Patches); err != nil {
			return nil, err
		}
		f.tape = runtime.EncodeTape(r.tape, 0)
	}
	f.before, f.after = r.tape.Before(req.AtStep), r.tape.At(req.AtStep-1)
	taken := make(map[int64]bool, len(f.before))
	for _, c := range f.before {
		taken[c.Call.Seq] = true
	}
	for _, c := range r.tape.Calls {
		if !taken[c.Call.Seq] {
			f.rest = append(f.rest, c)
		}
	}
	return f, nil
}
