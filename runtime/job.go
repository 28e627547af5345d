package runtime

import (
	"encoding/json"
	"time"

	"ratchet"
)

// Mode says what to do with a job's source.
type Mode string

// The modes.
const (
	ModeRun    Mode = "run"    // call the entry point with the input; the zero value is read as this
	ModeCheck  Mode = "check"  // compile, find the entry point and lint; the entry is not called
	ModeReplay Mode = "replay" // as ModeRun, along Tape
	ModeDebug  Mode = "debug"  // as ModeRun under a debugger, along Tape when there is one
)

// Job is everything a worker needs for one run. It crosses the worker pipe as
// msgpack, so every field is plain data.
type Job struct {
	ExecutionID  string
	Mode         Mode
	Source       Source
	Input        json.RawMessage // JSON text; parsed inside the VM so that key order is kept
	Context      TaskContext
	Limits       Limits
	Seed         [32]byte // of Math.random and crypto; the caller fills it from crypto/rand
	Clock        int64    // microseconds UTC at which a mocked clock starts; 0 = real time
	Secrets      []string // names the task may read
	ThrowOnError bool     // fetch throws when the response is not ok
	Coverage     bool     // count executed statements by line
	Profile      bool     // function spans and coverage
	Principal    string   // workers are reused for the same principal only
	Priority     ratchet.Priority

	// Tape makes the run follow a recording: the world is answered from it, and
	// the first difference ends the run. Seed, Clock and the limits a script
	// can notice come from the tape; Limits.Wall, CPU and Memory still bound
	// the run itself. The Host is asked for the values of secrets only.
	Tape   []byte
	Fork   bool // go on live, with the Host, at event ForkAt instead of following the tape to its end
	ForkAt int  // seq of the first event that is not followed, from 1; 0 and 1 = none is

	Debug *Debug // nil = not debugged; Coverage and Profile are ignored with it
}

// Source is a task's program.
type Source struct {
	Name     string // file name shown in positions, e.g. main.ts
	Code     string
	Language ratchet.Language
	Files    map[string]string // further modules by path relative to Name's folder, e.g. lib/tax.ts
	Hash     string            // SHA-256 of name, code, language and files, hex; key of the compile cache. Empty = not cached
}

// TaskContext is what the task sees as its second argument. Empty strings become null.
type TaskContext struct {
	ExecutionID    string
	TaskID         string
	TaskName       string
	TaskVersion    string
	JobID          string
	ScheduleID     string
	BatchID        string
	WorkflowRunID  string
	Attempt        int
	IdempotencyKey string
	TraceID        string
	Config         json.RawMessage // the task's config.json; nil = null
}

// Limits bound one run. Zero means the default in parentheses.
type Limits struct {
	Wall           time.Duration // wall clock (300 s)
	CPU            time.Duration // CPU time (= Wall)
	Memory         int64         // bytes of heap (256 MiB)
	CallDepth      int           // nested calls (10000)
	OutputBytes    int           // of the JSON text (10 MiB)
	ResponseBytes  int           // of one fetched body (10 MiB)
	FetchRunning   int           // fetches at once (16)
	FetchWaiting   int           // fetches waiting for a slot (256)
	LogLines       int           // kept lines (10,000)
	LogLineBytes   int           // of one line (8 KiB)
	RecordedEvents int           // events on the tape (100,000)
	TapeBytes      int           // encoded tape (32 MiB)
}

// WithDefaults replaces zero limits by their defaults.
func (l Limits) WithDefaults() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	if l.Wall == 0 {
		l.Wall = 300 * time.Second
	}
	if l.CPU == 0 {
		l.CPU = l.Wall
	}
	if l.Memory == 0 {
		l.Memory = 256 << 20
	}
	set(&l.CallDepth, 10_000)
	set(&l.OutputBytes, 10<<20)
	set(&l.ResponseBytes, 10<<20)
	set(&l.FetchRunning, 16)
	set(&l.FetchWaiting, 256)
	set(&l.LogLines, 10_000)
	set(&l.LogLineBytes, 8<<10)
	set(&l.RecordedEvents, 100_000)
	set(&l.TapeBytes, 32<<20)
	return l
}

// Outcome is how a run ended. Exactly one of Output and Err is set after
// ModeRun; Check is set after ModeCheck.
type Outcome struct {
	Output    json.RawMessage
	Err       *ratchet.ExecutionError
	Check     *Check
	Tape      []byte // encoded; see Tape. nil when nothing could be recorded
	Coverage  *Coverage
	Spans     []Span
	Followed  *Followed // how the run followed Job.Tape; nil without one
	Usage     ratchet.Usage
	Isolation string // full, process or reduced; empty in process
	Masked    bool   // set by the broker's owner when secrets were masked
}

// Check is what compiling a source found.
type Check struct {
	Entry    string         // default, main, process, global main, completion function, …; empty = none found
	Problems []CheckProblem // errors and lint warnings in source order
}

// CheckProblem is one finding in a source.
type CheckProblem struct {
	Code     string // SYNTAX_ERROR, UNRESOLVED_IMPORT, NO_ENTRY, UNSUPPORTED_SYNTAX, EMPTY_SCRIPT, or a lint code
	Severity string // error or warning
	Message  string
	Hint     string
	Line     int // from 1; 0 = whole file
	Column   int
	Snippet  string
}

// Coverage is statement coverage by line of the author's source.
type Coverage struct {
	Statements int         // statements in the source
	Executed   int         // of them executed at least once
	Lines      map[int]int // executions by line, 0 = never
}

// Span is one function call of a profiled run.
type Span struct {
	ID       int
	Parent   int // 0 = the run
	Function string
	Line     int
	Start    time.Duration // since the start of the run
	Duration time.Duration
	Self     time.Duration // without the functions it called and without its pauses
	Count    int           // calls added up in it, from the first's start to the last's end; 0 = it is one call
	Pauses   []Pause       // when it waited for a promise, in order; nil = it never did
}

// Pause is one wait of a function: an await from its beginning until the
// function went on. A last pause without an end has Duration -1.
type Pause struct {
	Start    time.Duration // since the start of the run
	Duration time.Duration
}
