package tools

import (
	"encoding/json"
	"strconv"
	"time"

	"ratchet/registry"

	"github.com/google/uuid"

	"ratchet"
)

// ExecutionRef is what every result about one execution says of it.
type ExecutionRef struct {
	ExecutionID string  `json:"execution_id"`
	TaskID      string  `json:"task_id"`
	TaskName    string  `json:"task_name"`
	TaskVersion string  `json:"task_version"`
	Status      string  `json:"status"`
	QueuedAt    string  `json:"queued_at"`
	StartedAt   *string `json:"started_at" jsonschema:"nullable"`
	CompletedAt *string `json:"completed_at" jsonschema:"nullable"`
	DurationMS  *int64  `json:"duration_ms" jsonschema:"nullable"`
}

func executionRef(x *ratchet.Execution) ExecutionRef {
	return ExecutionRef{
		ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion,
		Status: string(x.Status), QueuedAt: registry.Stamp(x.QueuedAt), StartedAt: stampOrNull(x.StartedAt),
		CompletedAt: stampOrNull(x.CompletedAt), DurationMS: durationMS(x),
	}
}

// durationMS is null until the execution has ended.
func durationMS(x *ratchet.Execution) *int64 {
	if x.StartedAt.IsZero() || x.CompletedAt.IsZero() {
		return nil
	}
	n := x.Duration().Milliseconds()
	return &n
}

func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := registry.Stamp(t)
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// RunError says why a run did not complete.
type RunError struct {
	Name      string          `json:"name"`
	Code      string          `json:"code"`
	Cause     string          `json:"cause,omitempty"`
	Message   string          `json:"message"`
	File      string          `json:"file,omitempty"`
	Line      *int            `json:"line" jsonschema:"nullable"`
	Column    *int            `json:"column" jsonschema:"nullable"`
	Snippet   string          `json:"snippet,omitempty"`
	Stack     string          `json:"stack,omitempty"`
	Hint      string          `json:"hint,omitempty"`
	Retryable bool            `json:"retryable"`
	Details   json.RawMessage `json:"details,omitempty"`
}

func runError(e *ratchet.ExecutionError) *RunError {
	if e == nil {
		return nil
	}
	r := &RunError{
		Name: e.Type, Code: e.Code.Wire(), Cause: string(e.Cause), Message: e.Message, File: e.Source, Snippet: e.Snippet,
		Stack: e.Stack, Hint: e.Hint, Retryable: e.Retryable,
	}
	if e.Line > 0 {
		r.Line = &e.Line
	}
	if e.Column > 0 {
		r.Column = &e.Column
	}
	if len(e.Details) > 0 {
		r.Details, _ = json.Marshal(e.Details)
	}
	return r
}

// canRetry says whether ratchet_retry_execution would take it.
func canRetry(x *ratchet.Execution) bool {
	switch x.Status {
	case ratchet.StatusFailed, ratchet.StatusTimedOut, ratchet.StatusCancelled:
		return x.Origin != ratchet.OriginExternal && !x.TaskDeleted
	default:
		return false
	}
}

// statusFilter reads the synonyms and makes a filter; ok is false for none.
func statusFilter(names []string) (f ratchet.Filter, ok bool) {
	if len(names) == 0 {
		return f, false
	}
	values := make([]any, len(names))
	for i, n := range names {
		values[i] = string(parseStatus(n))
	}
	return ratchet.Filter{Field: "status", Operator: ratchet.OpIn, Value: values}, true
}

func parseStatus(name string) ratchet.Status {
	switch name {
	case "queued":
		return ratchet.StatusPending
	case "success":
		return ratchet.StatusCompleted
	default:
		return ratchet.Status(name)
	}
}

// checkExecutionID refuses what cannot be the id of an execution.
func checkExecutionID(ref string) error {
	if _, err := strconv.ParseUint(ref, 10, 63); err == nil {
		return nil
	}
	if _, err := uuid.Parse(ref); err == nil {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "%q is not the id of an execution", clip(ref)).At("/execution_id").
		WithHint("pass the execution_id of a result; ratchet_list_executions shows them").Next("ratchet_list_executions", nil)
}

// clip shortens what is repeated in a message.
func clip(s string) string { return ratchet.Clip(s, 100) }

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
