package worker

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"ratchet"
	"ratchet/runtime"
)

// limitMessage names a broken limit with its value.
func limitMessage(cause ratchet.Cause, l runtime.Limits) string {
	switch cause {
	case ratchet.CauseTimeout:
		return fmt.Sprintf("the run passed its time limit of %s", l.Wall)
	case ratchet.CauseMemory:
		return fmt.Sprintf("the run passed its memory limit of %d MiB", l.Memory>>20)
	case ratchet.CauseCPU:
		return fmt.Sprintf("the run passed its limit of %s of CPU time", l.CPU)
	case ratchet.CauseStack:
		return fmt.Sprintf("the run nested too deep for the stack (%d calls, %d MiB)", l.CallDepth, maxStack>>20)
	case ratchet.CauseCancelled:
		return "the run was cancelled"
	default:
		return "the worker process died during the run"
	}
}

// class is how one cause is shown.
type class struct {
	code      ratchet.Code
	kind      string
	hint      string
	retryable bool
}

func classOf(cause ratchet.Cause) class {
	switch cause {
	case ratchet.CauseTimeout:
		return class{ratchet.CodeTimeout, "timeout_error", "do less per run, or raise the task's timeout; a builtin on huge data or a backtracking regular expression cannot be interrupted", true}
	case ratchet.CauseMemory:
		return class{ratchet.CodeLimit, "memory_error", "work on smaller pieces, or raise memory_limit in the task's metadata", false}
	case ratchet.CauseCPU:
		return class{ratchet.CodeLimit, "cpu_error", "do less work per run, or raise cpu_limit in the task's metadata", false}
	case ratchet.CauseStack:
		return class{ratchet.CodeLimit, "stack_overflow", "flatten deeply nested data or code, or use a loop in place of recursion", false}
	case ratchet.CauseCancelled:
		return class{ratchet.CodeCancelled, "cancelled", "call " + ratchet.ToolRetryExecution + " to run it again", false}
	default:
		return class{ratchet.CodeUnavailable, "worker_crash", "run it again; if it dies again, the task triggers a fault of the engine: reduce the input to find out which part", true}
	}
}

// ending makes the error of a run whose worker is gone.
func ending(cause ratchet.Cause, limits runtime.Limits, detail string) *ratchet.ExecutionError {
	c := classOf(cause)
	message := limitMessage(cause, limits)
	if detail != "" {
		message += " (" + detail + ")"
	}
	return &ratchet.ExecutionError{
		Code: c.code, Type: c.kind, Cause: cause, Message: message, Hint: c.hint, Retryable: c.retryable,
	}
}

// causeOf classifies how a process ended that we did not kill.
func causeOf(state *os.ProcessState, stderr string) (ratchet.Cause, string) {
	says := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(stderr, p) })
	}
	switch {
	case says("stack exceeds", "stack overflow"):
		return ratchet.CauseStack, ""
	case says("out of memory", "address space collisions", "cannot allocate memory", "failed to allocate",
		"failed to create new OS thread", "pthread_create failed"):
		return ratchet.CauseMemory, ""
	}
	if state == nil {
		return ratchet.CauseCrash, ""
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		if status.Signal() == syscall.SIGXCPU {
			return ratchet.CauseCPU, ""
		}
		return ratchet.CauseCrash, "killed by signal: " + status.Signal().String()
	}
	return ratchet.CauseCrash, state.String()
}
