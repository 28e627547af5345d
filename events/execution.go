package events

import (
	"encoding/json"

	"ratchet"
)

// The kinds of an execution's events.
const (
	ExecutionUpdated  = "execution.updated"  // data: *ratchet.Execution
	ExecutionProgress = "execution.progress" // data: ratchet.Progress
	ExecutionLog      = "execution.log"      // data: []ratchet.LogLine
	ExecutionDeleted  = "execution.deleted"  // data: *ratchet.Execution
)

// Execution is a new state of an execution.
type Execution struct {
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

// Progress is what a run reported.
type Progress struct {
	ExecutionID string          `json:"execution_id"`
	Progress    float64         `json:"progress"` // 0 to 1
	Step        string          `json:"step,omitempty"`
	StepNumber  int             `json:"step_number,omitempty"`
	TotalSteps  int             `json:"total_steps,omitempty"`
	Message     string          `json:"message,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
	Timestamp   string          `json:"timestamp"`
}

// Lines are lines that a run logged.
type Lines struct {
	ExecutionID string `json:"execution_id"`
	Lines       []Line `json:"lines"`
}

// Line is a line of a log.
type Line struct {
	LineNumber int             `json:"line_number"`
	Timestamp  string          `json:"timestamp"`
	Level      string          `json:"level"`
	Logger     string          `json:"logger"`
	Message    string          `json:"message"`
	Fields     json.RawMessage `json:"fields,omitempty"`
	Error      json.RawMessage `json:"error,omitempty"`
}

func executions() Noun {
	runs := Audience{Tools: []string{"ratchet_list_executions", "ratchet_get_execution_status"}, OfTask: true}
	logs := Audience{Tools: []string{"ratchet_get_execution_logs"}, OfTask: true}
	return Noun{Name: "execution", Doc: "Follow executions: each new state, report of progress and line of a log.", Kinds: []Kind{
		Show(Kind{Name: ExecutionUpdated, Doc: "an execution has a new state", Audience: runs, Touches: touchesExecution}, viewExecution),
		Show(Kind{Name: ExecutionProgress, Doc: "a run reported how far it is", Audience: runs, Touches: touchesExecution}, viewProgress),
		Show(Kind{Name: ExecutionLog, Doc: "a run logged", Audience: logs, Touches: touchesExecution}, viewLines),
		Show(Kind{Name: ExecutionDeleted, Doc: "an execution was deleted", Audience: runs, Touches: touchesExecution}, viewExecution),
	}}
}

func touchesExecution(e ratchet.Event) []string { return []string{"ratchet://executions/" + e.ID} }

func viewExecution(e ratchet.Event) (Execution, bool) {
	x, ok := e.Data.(*ratchet.Execution)
	if !ok || x == nil {
		return Execution{}, false
	}
	out := Execution{
		ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion, Status: string(x.Status),
		QueuedAt: ratchet.Stamp(x.QueuedAt), StartedAt: orNil(ratchet.Stamp(x.StartedAt)), CompletedAt: orNil(ratchet.Stamp(x.CompletedAt)),
	}
	if x.Progress != nil {
		out.Progress = &x.Progress.Fraction
	}
	if x.Error != nil {
		out.ErrorMessage = &x.Error.Message
	}
	if out.StartedAt != nil && out.CompletedAt != nil {
		ms := x.Duration().Milliseconds()
		out.DurationMS = &ms
	}
	return out, true
}

func viewProgress(e ratchet.Event) (Progress, bool) {
	p, ok := e.Data.(ratchet.Progress)
	return Progress{
		ExecutionID: e.ID, Progress: p.Fraction, Step: p.Step, StepNumber: p.StepNumber, TotalSteps: p.TotalSteps,
		Message: p.Message, Data: p.Data, Timestamp: ratchet.Stamp(p.At),
	}, ok
}

func viewLines(e ratchet.Event) (Lines, bool) {
	lines, ok := e.Data.([]ratchet.LogLine)
	out := Lines{ExecutionID: e.ID, Lines: make([]Line, len(lines))}
	for i, l := range lines {
		out.Lines[i] = Line{l.Number, ratchet.Stamp(l.At), l.Level, l.Logger, l.Message, l.Fields, l.Error}
	}
	return out, ok
}
