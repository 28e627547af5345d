package graphql

import (
	"encoding/json"
	"time"

	"ratchet"
	"ratchet/tools"
)

// EventHead is what every live event says of itself.
type EventHead struct {
	Sequence int64  `json:"sequence" jsonschema_description:"number of the event in this server's life; pass it as after to go on behind it"`
	Missed   int64  `json:"missed" jsonschema_description:"events lost since the one before, because they were not read in time"`
	Kind     string `json:"kind" jsonschema_description:"e.g. execution.updated"`
	At       string `json:"at" jsonschema_description:"when it happened"`
}

// head tells what is the same in all events.
func head(e ratchet.Event) EventHead {
	return EventHead{Sequence: e.Seq, Kind: e.Kind, At: tools.Stamp(e.At)}
}

// ExecutionEvent is a new state of an execution.
type ExecutionEvent struct {
	EventHead
	ExecutionID  string   `json:"execution_id"`
	TaskID       string   `json:"task_id"`
	TaskName     string   `json:"task_name"`
	TaskVersion  string   `json:"task_version"`
	Status       string   `json:"status"`
	Progress     *float64 `json:"progress" jsonschema:"nullable" jsonschema_description:"last reported, 0 to 1"`
	ErrorMessage *string  `json:"error_message" jsonschema:"nullable"`
	QueuedAt     string   `json:"queued_at"`
	StartedAt    *string  `json:"started_at" jsonschema:"nullable"`
	CompletedAt  *string  `json:"completed_at" jsonschema:"nullable"`
	DurationMS   *int64   `json:"duration_ms" jsonschema:"nullable"`
}

func executionEvent(e ratchet.Event, x *ratchet.Execution) ExecutionEvent {
	out := ExecutionEvent{
		EventHead: head(e), ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion,
		Status: string(x.Status), QueuedAt: tools.Stamp(x.QueuedAt), StartedAt: stamp(x.StartedAt), CompletedAt: stamp(x.CompletedAt),
	}
	if x.Progress != nil {
		out.Progress = &x.Progress.Fraction
	}
	if x.Error != nil {
		out.ErrorMessage = &x.Error.Message
	}
	if out.CompletedAt != nil && out.StartedAt != nil {
		ms := x.Duration().Milliseconds()
		out.DurationMS = &ms
	}
	return out
}

func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := tools.Stamp(t)
	return &s
}

// ProgressEvent is how far an execution is.
type ProgressEvent struct {
	EventHead
	ExecutionID string          `json:"execution_id"`
	Status      string          `json:"status" jsonschema_description:"running until the last event, which says how it ended"`
	Progress    *float64        `json:"progress" jsonschema:"nullable" jsonschema_description:"0 to 1; null when the task reported none"`
	Step        *string         `json:"step" jsonschema:"nullable"`
	StepNumber  *int            `json:"step_number" jsonschema:"nullable"`
	TotalSteps  *int            `json:"total_steps" jsonschema:"nullable"`
	Message     *string         `json:"message" jsonschema:"nullable"`
	Data        json.RawMessage `json:"data,omitempty" jsonschema_description:"what the task reported beside it"`
}

func progressEvent(e ratchet.Event, p ratchet.Progress) ProgressEvent {
	return ProgressEvent{
		EventHead: head(e), ExecutionID: e.ID, Status: string(ratchet.StatusRunning), Progress: &p.Fraction, Step: orNil(p.Step),
		StepNumber: orNil(p.StepNumber), TotalSteps: orNil(p.TotalSteps), Message: orNil(p.Message), Data: p.Data,
	}
}

func orNil[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// LogEvent is one line an execution logged.
type LogEvent struct {
	EventHead
	ExecutionID string          `json:"execution_id"`
	LineNumber  int             `json:"line_number" jsonschema_description:"from 1, in order"`
	Timestamp   string          `json:"timestamp"`
	Level       string          `json:"level" jsonschema_description:"trace, debug, info, warn or error"`
	Logger      string          `json:"logger"`
	Message     string          `json:"message"`
	Fields      json.RawMessage `json:"fields,omitempty"`
	Error       json.RawMessage `json:"error,omitempty" jsonschema_description:"name, message and stack of a logged Error"`
}

// TaskEvent is a change of a task.
type TaskEvent struct {
	EventHead
	TaskID  string  `json:"task_id"`
	Name    *string `json:"name" jsonschema:"nullable"`
	Version *string `json:"version" jsonschema:"nullable"`
	Enabled *bool   `json:"enabled" jsonschema:"nullable"`
}

func taskEvent(e ratchet.Event) TaskEvent {
	out := TaskEvent{EventHead: head(e), TaskID: e.ID}
	if t, ok := e.Data.(*ratchet.Task); ok && t != nil {
		out.Name, out.Version, out.Enabled = orNil(t.Name), orNil(t.Version), &t.Enabled
	}
	return out
}

// WorkerEvent is what a worker process does.
type WorkerEvent struct {
	EventHead
	WorkerID  string `json:"worker_id"`
	PID       int    `json:"pid"`
	Status    string `json:"status" jsonschema:"enum=ready,enum=busy,enum=stopped"`
	StartedAt string `json:"started_at"`
	Executed  int64  `json:"tasks_executed"`
}

// RegistryEvent is a change of what the server offers: tasks, tools, prompts
// and resources.
type RegistryEvent struct {
	EventHead
	ID   *string `json:"id" jsonschema:"nullable" jsonschema_description:"UUID of a task, address of a resource"`
	Name *string `json:"name" jsonschema:"nullable" jsonschema_description:"of the task"`
}
