package rest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ratchet"
)

// frame is one server-sent event.
type frame struct {
	id   string // empty = none
	kind string
	data []byte // JSON
}

// text appends the frame as it is sent.
func (f frame) text(b []byte) []byte {
	if f.id != "" {
		b = append(append(append(b, "id: "...), f.id...), '\n')
	}
	b = append(append(append(b, "event: "...), f.kind...), '\n')
	return append(append(append(b, "data: "...), f.data...), "\n\n"...)
}

// shownEvent is an event of the bus.
type shownEvent struct {
	Sequence int64  `json:"sequence"`
	Kind     string `json:"kind"`
	ID       string `json:"id,omitempty"`
	At       string `json:"at"`
	Data     any    `json:"data,omitempty"`
}

// shownExecution is a new state of an execution.
type shownExecution struct {
	ExecutionID  string   `json:"executionId"`
	TaskID       string   `json:"taskId"`
	TaskName     string   `json:"taskName"`
	TaskVersion  string   `json:"taskVersion"`
	Status       string   `json:"status"`
	Progress     *float64 `json:"progress"`
	ErrorMessage *string  `json:"errorMessage"`
	QueuedAt     string   `json:"queuedAt"`
	StartedAt    *string  `json:"startedAt"`
	CompletedAt  *string  `json:"completedAt"`
	DurationMS   *int64   `json:"durationMs"`
}

// shownProgress is what a run reported.
type shownProgress struct {
	ExecutionID string          `json:"executionId"`
	Progress    float64         `json:"progress"` // 0 to 1
	Step        string          `json:"step,omitempty"`
	StepNumber  int             `json:"stepNumber,omitempty"`
	TotalSteps  int             `json:"totalSteps,omitempty"`
	Message     string          `json:"message,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
	Timestamp   string          `json:"timestamp"`
}

// shownLines are lines a run logged.
type shownLines struct {
	ExecutionID string      `json:"executionId"`
	Lines       []shownLine `json:"lines"`
}

type shownLine struct {
	LineNumber int             `json:"lineNumber"`
	Timestamp  string          `json:"timestamp"`
	Level      string          `json:"level"`
	Logger     string          `json:"logger"`
	Message    string          `json:"message"`
	Fields     json.RawMessage `json:"fields,omitempty"`
	Error      json.RawMessage `json:"error,omitempty"`
}

// shownTask is a task that changed.
type shownTask struct {
	TaskID  string `json:"taskId"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Enabled bool   `json:"enabled"`
}

// shownWorker is what a worker process does.
type shownWorker struct {
	WorkerID  string `json:"workerId"`
	PID       int    `json:"pid"`
	Status    string `json:"status"`
	StartedAt string `json:"startedAt"`
	Executed  int64  `json:"tasksExecuted"`
}

// frameOf shows an event of the bus.
func frameOf(e ratchet.Event) frame {
	shown := shownEvent{Sequence: e.Seq, Kind: e.Kind, ID: e.ID, At: stamp(e.At), Data: dataOf(e)}
	raw, err := json.Marshal(shown)
	if err != nil {
		shown.Data = nil
		raw, _ = json.Marshal(shown) // texts and numbers can be written
	}
	return frame{id: strconv.FormatInt(e.Seq, 10), kind: e.Kind, data: raw}
}

func dataOf(e ratchet.Event) any {
	switch data := e.Data.(type) {
	case *ratchet.Execution:
		return executionOf(data)
	case ratchet.Progress:
		return shownProgress{
			ExecutionID: e.ID, Progress: data.Fraction, Step: data.Step, StepNumber: data.StepNumber, TotalSteps: data.TotalSteps,
			Message: data.Message, Data: data.Data, Timestamp: stamp(data.At),
		}
	case []ratchet.LogLine:
		lines := make([]shownLine, len(data))
		for i, l := range data {
			lines[i] = shownLine{l.Number, stamp(l.At), l.Level, l.Logger, l.Message, l.Fields, l.Error}
		}
		return shownLines{e.ID, lines}
	case *ratchet.Task:
		return shownTask{data.ID, data.Name, data.Version, data.Enabled}
	case ratchet.Worker:
		return shownWorker{strconv.FormatInt(data.ID, 10), data.PID, data.State, stamp(data.Started), data.Runs}
	case nil:
		return nil
	}
	// Of other packages: their JSON, with its own names in camelCase.
	raw, err := json.Marshal(e.Data)
	if err != nil {
		return nil
	}
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		return json.RawMessage(raw)
	}
	return lowerFirst(camelKeys(fields))
}

// lowerFirst gives the names of untagged fields a small first letter.
func lowerFirst(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		if k != "" && strings.ToUpper(k) != k {
			k = strings.ToLower(k[:1]) + k[1:]
		} else {
			k = strings.ToLower(k)
		}
		out[k] = v
	}
	return out
}

func executionOf(x *ratchet.Execution) shownExecution {
	out := shownExecution{
		ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion, Status: string(x.Status),
		QueuedAt: stamp(x.QueuedAt), StartedAt: stampOrNil(x.StartedAt), CompletedAt: stampOrNil(x.CompletedAt),
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
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

func stampOrNil(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}
