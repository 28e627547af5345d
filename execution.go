package ratchet

import (
	"encoding/json"
	"time"
)

// Status is the state of an execution. Terminal states never change.
type Status string

// The states of an execution.
const (
	StatusPending   Status = "pending"   // row written, no worker yet; "queued" is read too
	StatusRunning   Status = "running"   // a worker has it
	StatusCompleted Status = "completed" // "success" is read too
	StatusFailed    Status = "failed"
	StatusCancelled Status = "cancelled"
	StatusTimedOut  Status = "timed_out"
)

// Terminal says whether s is an end state.
func (s Status) Terminal() bool {
	switch s {
	case StatusCompleted, StatusFailed, StatusCancelled, StatusTimedOut:
		return true
	default:
		return false
	}
}

// Origin says what started an execution.
type Origin string

// The origins of an execution.
const (
	OriginDirect   Origin = "direct"   // a caller executed the task
	OriginTest     Origin = "test"     // run_task_tests
	OriginRetry    Origin = "retry"    // retry_execution
	OriginFork     Origin = "fork"     // fork_execution
	OriginExternal Origin = "external" // store_result: work done elsewhere
)

// Priority orders waiting runs when workers are busy.
type Priority int

// The priorities; the zero value is read as PriorityNormal.
const (
	PriorityLow      Priority = 1
	PriorityNormal   Priority = 2
	PriorityHigh     Priority = 3
	PriorityCritical Priority = 4
)

var priorityNames = map[Priority]string{
	PriorityLow: "low", PriorityNormal: "normal", PriorityHigh: "high", PriorityCritical: "critical",
}

// String returns low, normal, high or critical.
func (p Priority) String() string {
	if name, ok := priorityNames[p]; ok {
		return name
	}
	return priorityNames[PriorityNormal]
}

// ParsePriority reads a priority name; "urgent" is critical, empty and unknown are normal.
func ParsePriority(name string) Priority {
	switch name {
	case "low":
		return PriorityLow
	case "high":
		return PriorityHigh
	case "critical", "urgent":
		return PriorityCritical
	default:
		return PriorityNormal
	}
}

// Execution is one run of one task version. Zero times and nil payloads mean absent.
type Execution struct {
	ID               string // UUID
	Number           int64  // the numeric id; 0 until stored
	TaskID           string
	TaskName         string
	TaskVersion      string
	TaskDeleted      bool // the task is gone, the history stays
	Status           Status
	Origin           Origin
	Priority         Priority
	Input            json.RawMessage
	Output           json.RawMessage // nil unless completed (store_result keeps it for every status)
	Error            *ExecutionError // nil unless failed, cancelled or timed out
	QueuedAt         time.Time
	StartedAt        time.Time // zero until a worker has it
	CompletedAt      time.Time // zero until terminal
	Timeout          time.Duration
	Attempt          int    // from 1
	RetryOf          string // execution id
	ForkedFrom       string // execution id
	EffectsOf        string // first execution of the retries whose effects count as made; empty = itself
	BatchID          string
	JobID            string
	ScheduleID       string
	CorrelationToken string
	Principal        string          // who asked; empty on open loopback
	IdempotencyKey   string          // empty = none
	TraceID          string          // W3C trace id, 32 hex digits
	Trace            bool            // keep steps, spans, logs and usage
	Progress         *Progress       // last reported; nil = none
	HTTPRequests     json.RawMessage // external executions only
	RecordingPath    string          // external executions only; never opened
	Usage            *Usage          // nil until measured
	Phases           *Phases         // nil until it ended, or not traced
	Isolation        string          // full, process or reduced; empty until run
	Recorded         bool            // a tape is stored
}

// Duration is the run time of a terminal execution, else 0.
func (e *Execution) Duration() time.Duration {
	if e.StartedAt.IsZero() || e.CompletedAt.IsZero() {
		return 0
	}
	return e.CompletedAt.Sub(e.StartedAt)
}

// ExecutionError says why an execution did not complete. It is stored and shown as JSON.
type ExecutionError struct {
	Code      Code           `json:"code"`            // script, timeout, limit, cancelled, unavailable, internal
	Type      string         `json:"type"`            // error class (TypeError) or class of limit (memory_error)
	Cause     Cause          `json:"cause,omitempty"` // which limit, when one ended it
	Message   string         `json:"message"`
	Line      int            `json:"line,omitempty"`   // 1-based, in the author's source
	Column    int            `json:"column,omitempty"` // 1-based
	Source    string         `json:"source,omitempty"` // file name of Line
	Snippet   string         `json:"snippet,omitempty"`
	Stack     string         `json:"stack,omitempty"` // JavaScript frames only
	Hint      string         `json:"hint,omitempty"`
	Retryable bool           `json:"retryable"`
	Details   map[string]any `json:"details,omitempty"`
}

// Progress is one progress report of a run.
type Progress struct {
	Fraction   float64         `json:"progress"` // 0 to 1
	Step       string          `json:"step,omitempty"`
	StepNumber int             `json:"stepNumber,omitempty"`
	TotalSteps int             `json:"totalSteps,omitempty"`
	Message    string          `json:"message,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	At         time.Time       `json:"timestamp"`
}

// Usage is what a run consumed, measured by the worker and its parent.
type Usage struct {
	Wall      time.Duration `json:"wall_ns"`
	CPU       time.Duration `json:"cpu_ns"`
	HeapPeak  int64         `json:"heap_peak_bytes"` // highest sample
	HostCalls int           `json:"host_calls"`
}

// Phases is where the time of a traced execution went, one after another.
type Phases struct {
	Queue   time.Duration // from QueuedAt until a worker had the job
	Input   time.Duration // validation of the input, before QueuedAt
	Startup time.Duration // the worker's preparation and both ways to it
	Main    time.Duration // the script
	Output  time.Duration // masking and validation of the output
	Cleanup time.Duration // what was left to do before the end was stored
}

// LogLine is one line of an execution's log.
type LogLine struct {
	Number  int             `json:"line_number"` // from 1, in order
	At      time.Time       `json:"timestamp"`
	Level   string          `json:"level"`  // trace, debug, info, warn, error
	Logger  string          `json:"logger"` // console, context.log, worker, runtime, advice
	Message string          `json:"message"`
	Fields  json.RawMessage `json:"fields,omitempty"` // object
	Error   json.RawMessage `json:"error,omitempty"`  // {name,message,stack} when an Error was logged
	Source  *Position       `json:"source,omitempty"`
}

// Position is a place in the author's source.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // from 1
}
