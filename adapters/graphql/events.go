package graphql

import (
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
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
	return EventHead{Sequence: e.Seq, Kind: e.Kind, At: registry.Stamp(e.At)}
}

// payload is the data of an event as its declaration shows it; the zero value
// when it carries none.
func payload[T any](h *Handler, e ratchet.Event) T {
	k, _ := h.cfg.Registry.Events().Find(e.Kind)
	shown, _ := k.View(e).(T)
	return shown
}

// ExecutionEvent is a new state of an execution.
type ExecutionEvent struct {
	EventHead
	events.Execution
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
	Data        json.RawMessage `json:"data,omitempty" jsonschema_description:"further data that the task reported"`
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
	events.Task
}

// WorkerEvent is what a worker process does.
type WorkerEvent struct {
	EventHead
	events.Worker
}

// RegistryEvent is a change of what the server offers: tasks, tools, prompts
// and resources.
type RegistryEvent struct {
	EventHead
	ID   *string `json:"id" jsonschema:"nullable" jsonschema_description:"UUID of a task, address of a resource"`
	Name *string `json:"name" jsonschema:"nullable" jsonschema_description:"of the task"`
}
