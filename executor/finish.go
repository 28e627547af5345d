package executor

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/storage"
)

// finish turns the ending into the terminal row and commits it with logs,
// recording and trace. It does not return before the row is durable, or the
// store has refused for good.
func (r *run) finish(end ending) {
	ended := r.e.cfg.Now().UTC()
	out := end.outcome
	failure := r.failureOf(end)
	r.masker.failure(failure)
	output := r.masker.json(out.Output)

	r.mu.Lock()
	if failure != nil {
		r.log.add([]ratchet.LogLine{failureLine(failure, ended)})
	}
	x := &r.x
	x.CompletedAt, x.Status, x.Error = ended, statusOf(failure), failure
	x.Isolation, x.Output = out.Isolation, nil
	if failure == nil {
		x.Output = output
		if len(output) == 0 {
			x.Output = json.RawMessage("null")
		}
	}
	if !x.StartedAt.IsZero() {
		usage := out.Usage
		x.Usage = &usage
	}
	r.coverage, r.waiting = out.Coverage, ""
	if end.door != nil {
		r.failures = end.door.failures()
	}
	r.mu.Unlock()

	lines := r.endFlushing()
	if r.unstored() {
		return
	}
	f := storage.Finish{Logs: lines}
	if end.door != nil {
		r.attach(&f, end, ended)
	}
	r.mu.Lock()
	r.x.Recorded = len(f.Tape) > 0
	r.mu.Unlock()
	r.commit(r.snapshot(), f)
}

// attach adds the recording, and the trace when it was wanted.
func (r *run) attach(f *storage.Finish, end ending, ended time.Time) {
	calls := end.door.recorder.Calls()
	tape, err := end.door.recorder.Merge(end.outcome.Tape, runtime.Limits{}.WithDefaults().TapeBytes)
	if err != nil {
		r.e.cfg.Log.Warn("complete a recording", "execution", r.id, "error", err)
	}
	f.Tape = tape
	f.HTTPCalls = httpCalls(calls)
	x := r.snapshot()
	if x.Trace {
		f.Steps, f.Spans = traceOf(x, calls, end.outcome.Spans, ended, r.e.cfg.Now())
	}
}

// commit writes the terminal row. A store that is busy or full is tried again
// for a while: the caller is answered from the row, so it must be there.
func (r *run) commit(x *ratchet.Execution, f storage.Finish) {
	var err error
	for attempt, delay := 0, 50*time.Millisecond; attempt < 5; attempt, delay = attempt+1, delay*3 {
		if err = r.e.cfg.Store.FinishExecution(context.Background(), x, f); err == nil {
			return
		}
		if ratchet.CodeOf(err) == ratchet.CodeConflict || ratchet.CodeOf(err) == ratchet.CodeNotFound {
			break
		}
		time.Sleep(delay)
	}
	r.e.cfg.Log.Error("commit an execution", "execution", x.ID, "error", err)
	r.mu.Lock()
	defer r.mu.Unlock()
	// What was not committed is not claimed: the answer says so.
	r.x.Status, r.x.Output = ratchet.StatusFailed, nil
	r.x.Error = &ratchet.ExecutionError{
		Code: ratchet.CodeInternal, Type: "internal_error",
		Message: "the run ended, but its result could not be stored",
		Hint:    "check that the data directory is writable and has free space, then retry",
	}
}

// failureOf says why the run did not complete; nil when it did.
func (r *run) failureOf(end ending) *ratchet.ExecutionError {
	out := end.outcome
	if e := r.stoppedError(); e != nil {
		return e
	}
	switch {
	case end.err != nil:
		return end.err
	case out.Err != nil:
		e := *out.Err
		return &e
	}
	return r.outputError(out.Output)
}

// outputError checks the output against the task's schema. The offending
// output is kept, for the author to see.
func (r *run) outputError(output json.RawMessage) *ratchet.ExecutionError {
	if r.prog.output == nil {
		return nil
	}
	if len(output) == 0 {
		output = json.RawMessage("null")
	}
	found := r.prog.output.Validate(output)
	if len(found) == 0 {
		return nil
	}
	first := found[0]
	at := "/output" + first.Pointer
	return &ratchet.ExecutionError{
		Code: ratchet.CodeScript, Type: "output_validation_error",
		Message: "the output does not match the output schema: " + at + ": " + first.Message,
		Hint:    "mend the task's code or its output_schema with ratchet_edit_task",
		Details: map[string]any{"violations": found, "output": output},
	}
}

func statusOf(e *ratchet.ExecutionError) ratchet.Status {
	switch {
	case e == nil:
		return ratchet.StatusCompleted
	case e.Code == ratchet.CodeTimeout && (e.Cause == ratchet.CauseTimeout || e.Cause == ""):
		return ratchet.StatusTimedOut
	case e.Code == ratchet.CodeCancelled:
		return ratchet.StatusCancelled
	default:
		return ratchet.StatusFailed
	}
}

// failureLine is the last line of a failed run's log.
func failureLine(e *ratchet.ExecutionError, at time.Time) ratchet.LogLine {
	l := ratchet.LogLine{At: at, Level: "error", Logger: "runtime", Message: e.Message}
	if e.Type != "" {
		l.Message = e.Type + ": " + e.Message
	}
	if e.Code == ratchet.CodeCancelled {
		l.Level = "warn"
	}
	if e.Line > 0 {
		l.Source = &ratchet.Position{File: e.Source, Line: e.Line, Column: e.Column}
	}
	return l
}

// executionError is err as a row keeps it; what is not ours to show stays out.
func executionError(err error) *ratchet.ExecutionError {
	if errors.Is(err, context.Canceled) {
		err = ratchet.Errorf(ratchet.CodeUnavailable, "the worker was stopped before the run ended").
			WithHint("retry it with ratchet_retry_execution").Wrap(err)
	}
	e := ratchet.AsError(err)
	return &ratchet.ExecutionError{
		Code: e.Code, Type: e.Code.ErrorType(), Message: e.Message, Hint: e.Hint, Retryable: e.Code.Retryable(),
	}
}
