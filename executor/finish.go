package executor

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ratchet"
	"ratchet/schema"
	"ratchet/storage"
)

// finish turns the ending into the terminal row and commits it with logs,
// recording and trace. It does not return before the row is durable, the store
// has refused for good, or the server stops.
func (r *run) finish(end ending) {
	ended := r.e.cfg.Now().UTC()
	out := end.outcome
	failure := r.failureOf(end)
	if end.door != nil {
		end.door.effects.report(failure)
	}
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

	processed := r.e.cfg.Now()
	lines := r.endFlushing()
	if r.unstored() {
		return
	}
	f := storage.Finish{Logs: lines, After: r.insertion}
	if end.door != nil {
		r.attach(&f, end, ended)
	}
	r.mu.Lock()
	r.x.Recorded = f.Recording != nil
	if r.x.Trace {
		r.x.Phases = r.phases(ended, processed, r.e.cfg.Now())
	}
	r.mu.Unlock()
	r.commit(r.snapshot(), f)
}

// phases is called with mu held.
func (r *run) phases(ended, processed, now time.Time) *ratchet.Phases {
	p := &ratchet.Phases{Input: r.req.validated, Output: processed.Sub(ended), Cleanup: now.Sub(processed)}
	if r.x.StartedAt.IsZero() {
		p.Queue = ended.Sub(r.x.QueuedAt)
		return p
	}
	p.Queue = r.x.StartedAt.Sub(r.x.QueuedAt)
	p.Main = min(r.x.Usage.Wall, r.x.Duration())
	if p.Main == 0 { // the worker did not live to tell
		p.Main = r.x.Duration()
	}
	p.Startup = r.x.Duration() - p.Main
	return p
}

// attach adds the recording, and what the trace needs besides.
func (r *run) attach(f *storage.Finish, end ending, ended time.Time) {
	tape, err := end.door.recorder.Recording(end.outcome.Tape)
	if err != nil {
		r.e.cfg.Log.Warn("complete a recording", "execution", r.id, "error", err)
	} else {
		f.Recording = tape
	}
	if spans := end.outcome.Spans; len(spans) > 0 {
		f.Spans = functionSpans(r.snapshot(), spans, ended)
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
	return outputError(r.prog, out.Output)
}

// outputError checks the output against the task's schema. The offending
// output is kept, for the author to see.
func outputError(p *program, output json.RawMessage) *ratchet.ExecutionError {
	if found := schema.CheckNumbers(output); found != nil {
		at := "/output" + found.Pointer
		return &ratchet.ExecutionError{
			Code: ratchet.CodeScript, Type: "output_validation_error", Message: at + ": " + found.Message,
			Hint: "return the number as a string, with " + ratchet.ToolEditTask,
		}
	}
	if p.output == nil {
		return nil
	}
	if len(output) == 0 {
		output = json.RawMessage("null")
	}
	found := p.output.Validate(output)
	if len(found) == 0 {
		return nil
	}
	first := found[0]
	at := "/output" + first.Pointer
	return &ratchet.ExecutionError{
		Code: ratchet.CodeScript, Type: "output_validation_error",
		Message: "the output does not match the output schema: " + at + ": " + first.Message,
		Hint:    "fix the task's code or its output_schema with " + ratchet.ToolEditTask,
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
			WithHint("retry it with " + ratchet.ToolRetryExecution).Wrap(err)
	}
	e := ratchet.AsError(err)
	return &ratchet.ExecutionError{
		Code: e.Code, Type: e.Code.ErrorType(), Message: e.Message, Hint: e.Hint, Retryable: e.Code.Retryable(),
	}
}
