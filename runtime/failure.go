package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dop251/goja"

	"ratchet"
)

// rejection is the reason of a promise that rejected.
type rejection struct{ value goja.Value }

func (r *rejection) Error() string { return "rejected" }

// errInterrupted is what the VM is interrupted with; the context knows why.
var errInterrupted = errors.New("interrupted")

// engineError is a panic of the engine or of a function of ours it called. The
// VM is not used after it.
type engineError struct{ panicked any }

func (e *engineError) Error() string {
	if err, ok := e.panicked.(error); ok {
		var bug interface{ RuntimeError() } // such as a nil pointer: it says nothing to an author
		if !errors.As(err, &bug) {
			return "the engine failed on this task: " + err.Error()
		}
	}
	return "the engine failed on this task"
}

// guard runs fn and returns what unwinds the VM without being catchable by the
// script: an interrupt or too deep a stack.
func (v *vm) guard(fn func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = r
		case *goja.StackOverflowError:
			err = r
		default:
			err = &engineError{r}
		}
	}()
	fn()
	return nil
}

// failure turns what ended a run into what the author reads. Reading an error
// runs code of the task, which may break a limit of its own: that is how the
// run ended then.
func (v *vm) failure(err error) *ratchet.ExecutionError {
	var e *ratchet.ExecutionError
	ended := v.guard(func() { e = v.explain(err) })
	if ended == nil {
		if cause := context.Cause(v.ctx); cause == nil || e.Code != ratchet.CodeScript {
			return e
		}
		ended = errInterrupted // the limit was met while the error was read
	}
	if ended = v.guard(func() { e = v.explain(ended) }); ended != nil {
		return &ratchet.ExecutionError{Code: ratchet.CodeInternal, Type: "internal_error", Message: "the engine failed on this task"}
	}
	return e
}

// explain words err. It may unwind as the VM does.
func (v *vm) explain(err error) *ratchet.ExecutionError {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var thrown *goja.Exception
	var rejected *rejection
	var closed *hostError
	var none *noEntryError
	var unusable *outputError
	var diverged *Divergence
	switch {
	case errors.As(err, &diverged):
		return diverged.failure(v.prog)
	case errors.Is(err, errTapeEnd):
		return v.endOfTape()
	case errors.As(err, &closed):
		return hostFailure(closed)
	case errors.As(err, &overflow):
		return v.overflow(stackFrames(overflow.Stack()))
	case errors.As(err, &interrupted), v.ctx.Err() != nil:
		e := v.interruption()
		if interrupted != nil {
			v.place(e, stackFrames(interrupted.Stack()))
		}
		return e
	case errors.Is(err, errDeadlock):
		return &ratchet.ExecutionError{
			Code: ratchet.CodeScript, Type: "deadlock_error", Cause: ratchet.CauseDeadlock,
			Message: "the task waits for a promise that nothing can settle any more",
			Hint:    "No timer or request is pending: look for a Promise whose resolve is never called.",
		}
	case errors.As(err, &thrown):
		return v.scriptFailure(thrown.Value(), stackFrames(thrown.Stack()))
	case errors.As(err, &rejected):
		return v.scriptFailure(rejected.value, nil)
	case errors.As(err, &none):
		return &ratchet.ExecutionError{
			Code: ratchet.CodeScript, Type: "ConfigurationError", Message: none.Error(), Hint: entryHint,
			Source: sourceName(v.job.Source),
		}
	case errors.As(err, &unusable):
		return unusable.failure()
	default:
		return &ratchet.ExecutionError{Code: ratchet.CodeInternal, Type: "internal_error", Message: err.Error()}
	}
}

func hostFailure(err *hostError) *ratchet.ExecutionError {
	if errors.Is(err, errTapeEnd) {
		return unservedFailure()
	}
	if told := err.told; told != nil {
		return &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: told.Class, Message: told.Message, Hint: closedHints[told.Code]}
	}
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeUnavailable, Type: "service_unavailable", Retryable: true,
		Message: "the server stopped answering the task's requests",
	}
	if errors.Is(err, errNoHost) {
		e.Message, e.Retryable = "the task asks for something outside, and this run has no access to it", false
	}
	return e
}

// closedHints say what to do about a request that closed the host, by its code.
var closedHints = map[string]string{
	"unmatched_request": "add an answer for this request to mock.http of the test, or correct its URL or method there",
}

// interruption explains why the context ended the run.
func (v *vm) interruption() *ratchet.ExecutionError {
	cause := context.Cause(v.ctx)
	var limit *LimitError
	var closed *hostError
	var diverged *Divergence
	switch {
	case errors.As(cause, &diverged):
		return diverged.failure(v.prog)
	case errors.Is(cause, errTapeEnd):
		return v.endOfTape()
	case errors.As(cause, &closed):
		return hostFailure(closed)
	case errors.As(cause, &limit):
		return limit.failure(v.limits)
	case errors.Is(cause, context.DeadlineExceeded):
		return (&LimitError{Cause: ratchet.CauseTimeout}).failure(Limits{Wall: v.elapsed()})
	default:
		return &ratchet.ExecutionError{
			Code: ratchet.CodeCancelled, Type: "cancelled", Cause: ratchet.CauseCancelled, Message: "the run was cancelled",
		}
	}
}

func (v *vm) elapsed() time.Duration { return time.Since(v.start).Round(time.Millisecond) }

// failure words a broken limit.
func (e *LimitError) failure(l Limits) *ratchet.ExecutionError {
	out := &ratchet.ExecutionError{Code: ratchet.CodeLimit, Type: string(e.Cause) + "_error", Cause: e.Cause, Message: e.Message}
	message := ""
	switch e.Cause {
	case ratchet.CauseTimeout:
		out.Code, out.Retryable = ratchet.CodeTimeout, true
		message = fmt.Sprintf("the task ran longer than its limit of %s", l.Wall)
		out.Hint = "Do less per run, report progress, or raise the task's timeout."
	case ratchet.CauseMemory:
		message = fmt.Sprintf("the task used more memory than its limit of %d MiB", l.Memory>>20)
		out.Hint = "Process data in smaller parts, or raise memory_limit in the task's metadata."
	case ratchet.CauseCPU:
		message = fmt.Sprintf("the task used more CPU time than its limit of %s", l.CPU)
		out.Hint = "Look for a hot loop; string building by += is slow, join an array instead."
	default:
		message = "the task broke a limit: " + string(e.Cause)
	}
	if out.Message == "" {
		out.Message = message
	}
	return out
}

// compileFailure words a source that does not compile.
func compileFailure(err error, s Source) *ratchet.ExecutionError {
	var c *compileError
	if !errors.As(err, &c) {
		return &ratchet.ExecutionError{Code: ratchet.CodeInternal, Type: "internal_error", Message: err.Error()}
	}
	text := s.Code
	if c.file != sourceName(s) {
		text = s.Files[c.file]
	}
	return &ratchet.ExecutionError{
		Code: ratchet.CodeScript, Type: "SyntaxError", Message: c.message, Hint: c.hint,
		Source: c.file, Line: c.line, Column: c.column, Snippet: snippet(text, c.line, c.column),
	}
}
