package runtime

import (
	"time"

	"ratchet"
)

// Debug makes a run one that can be stopped and looked at. Its program is
// instrumented; nothing else about it changes.
type Debug struct {
	Breakpoints []Breakpoint
	Exceptions  ExceptionMode // empty = none
	Entry       bool          // stop at the first statement
	Until       int64         // run to this checkpoint first, not stopping before it; 0 = no such run
	Horizon     int64         // stop at this checkpoint whatever happens; 0 = none
	Count       bool          // count every statement, so that DebugStop.Checkpoint means the same in every replay
	Watches     []string      // evaluated at every stop
	NoVariables bool          // stops carry no variables
	Depth       int           // of shown values (3)
	MaxItems    int           // of one shown value (50)
}

// DebugPort connects a debugged run with whoever steers it. Events is called
// on the run's goroutine, in order, and must not block; a nil Commands leaves
// a stopped run standing until its context ends.
type DebugPort struct {
	Events   func(DebugEvent)
	Commands <-chan DebugCommand
}

// ExceptionMode says which thrown values stop a run, where they are thrown.
type ExceptionMode string

// The exception modes. Whether a value will be caught is known from the try
// statements around the calls and awaits it passes.
const (
	ExceptionsNone     ExceptionMode = "none"
	ExceptionsUncaught ExceptionMode = "uncaught"
	ExceptionsAll      ExceptionMode = "all"
)

// Breakpoint stops a run before a statement.
type Breakpoint struct {
	ID        string `json:"id"`
	Source    string `json:"source,omitempty"` // file; empty = the main file
	Line      int    `json:"line"`
	Column    int    `json:"column,omitempty"`    // 0 = the first statement of the line
	Condition string `json:"condition,omitempty"` // stops when true; an error in it stops too
	HitCount  int    `json:"hit_count,omitempty"` // stops from this hit on; 0 = from the first
	Log       string `json:"log_message,omitempty"`
}

// DebugPoint is a statement that a run can stop before.
type DebugPoint struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// DebugVerb is what a command asks for.
type DebugVerb string

// The verbs. All but the first two need a stopped run.
const (
	DebugPause       DebugVerb = "pause"        // stop before the next statement
	DebugConfigure   DebugVerb = "configure"    // replace breakpoints, exception mode and watches
	DebugContinue    DebugVerb = "continue"     // to the next stop
	DebugStepOver    DebugVerb = "step_over"    // the next statement of this frame or of one that called it
	DebugStepInto    DebugVerb = "step_into"    // the next statement
	DebugStepOut     DebugVerb = "step_out"     // the next statement of a frame that called this one
	DebugRunTo       DebugVerb = "run_to"       // continue, stopping at Line too
	DebugEvaluate    DebugVerb = "evaluate"     // Expression in Frame
	DebugInspect     DebugVerb = "inspect"      // the value at Path in Frame, or its variables
	DebugSetVariable DebugVerb = "set_variable" // the variable Path in Frame gets the value of Expression
	DebugTape        DebugVerb = "tape"         // the recording up to here
)

// DebugCommand tells a debugged run what to do.
type DebugCommand struct {
	ID         int64     `json:"id"` // of the answer
	Verb       DebugVerb `json:"verb"`
	Frame      int       `json:"frame,omitempty"` // 0 = where it stopped
	Expression string    `json:"expression,omitempty"`
	Path       string    `json:"path,omitempty"`
	Depth      int       `json:"depth,omitempty"`     // 0 = Debug.Depth
	MaxItems   int       `json:"max_items,omitempty"` // 0 = Debug.MaxItems
	Source     string    `json:"source,omitempty"`    // of run_to
	Line       int       `json:"line,omitempty"`      // of run_to

	Breakpoints []Breakpoint  `json:"breakpoints,omitempty"`
	Exceptions  ExceptionMode `json:"exceptions,omitempty"`
	Watches     []string      `json:"watches,omitempty"`
}

// DebugEvent is one thing that happened to a debugged run. One field is set.
type DebugEvent struct {
	Loaded []DebugPoint  `json:"loaded,omitempty"` // once, at the start: where it can stop
	Stop   *DebugStop    `json:"stop,omitempty"`   // it stands still until a command moves it
	Gone   bool          `json:"gone,omitempty"`   // it goes on
	Answer *DebugAnswer  `json:"answer,omitempty"`
	Log    *DebugMessage `json:"log,omitempty"`  // a logpoint was passed
	Host   *DebugCall    `json:"host,omitempty"` // the script got the answer to a host call
}

// DebugCall is a host call that was answered.
type DebugCall struct {
	Seq    int64    `json:"seq"`
	Kind   CallKind `json:"kind"`
	Method string   `json:"method,omitempty"`
	URL    string   `json:"url,omitempty"`
	Name   string   `json:"name,omitempty"` // of a secret
	Status int      `json:"status,omitempty"`
	Error  string   `json:"error,omitempty"`
}

// StopReason says why a run stands still.
type StopReason string

// The reasons.
const (
	StopBreakpoint StopReason = "breakpoint"
	StopException  StopReason = "exception"
	StopStep       StopReason = "step"
	StopDebugger   StopReason = "debugger_statement"
	StopEntry      StopReason = "entry"
	StopPause      StopReason = "pause"
)

// DebugStop is a run standing still.
type DebugStop struct {
	Reason     StopReason      `json:"reason"`
	Breakpoint string          `json:"breakpoint_id,omitempty"`
	Problem    string          `json:"problem,omitempty"` // of the condition that stopped it
	Exception  *DebugException `json:"exception,omitempty"`
	Frames     []DebugFrame    `json:"frames"`
	Variables  []DebugScope    `json:"variables,omitempty"` // of frame 0
	Watches    []DebugWatch    `json:"watches,omitempty"`
	Checkpoint int64           `json:"checkpoint"` // statements begun so far: the same in every replay
	At         time.Duration   `json:"at"`         // running time, stops not counted
}

// DebugException is the thrown value a run stopped at.
type DebugException struct {
	Name     string `json:"name"`
	Message  string `json:"message"`
	Stack    string `json:"stack,omitempty"`
	Uncaught bool   `json:"uncaught"`
}

// DebugFrame is one call, the innermost first.
type DebugFrame struct {
	Index    int    `json:"index"`
	Function string `json:"function"`
	Source   string `json:"source"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Async    bool   `json:"async,omitempty"` // it waits: what it called goes on from the event loop
}

// DebugScope is one level of names, the innermost first.
type DebugScope struct {
	Kind      string          `json:"kind"` // block, local, closure, this or module
	Variables []DebugVariable `json:"variables"`
}

// DebugVariable is a name with its value.
type DebugVariable struct {
	Name  string     `json:"name"`
	Value DebugValue `json:"value"`
}

// DebugValue is a value as text, and what is in it. Nothing of the task runs
// to make it: getters and proxies are named, not called.
type DebugValue struct {
	Type    string        `json:"type"`
	Preview string        `json:"preview"`
	Members []DebugMember `json:"members,omitempty"` // one level, when asked for
	Size    int           `json:"size,omitempty"`    // members there are
}

// DebugMember is something in a value.
type DebugMember struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Preview string `json:"preview"`
	Size    int    `json:"size,omitempty"`
}

// DebugWatch is a watch expression with its value or its problem.
type DebugWatch struct {
	Expression string `json:"expression"`
	Value      string `json:"value,omitempty"`
	Error      string `json:"error,omitempty"`
}

// DebugMessage is what a logpoint says.
type DebugMessage struct {
	Breakpoint string           `json:"breakpoint_id"`
	Message    string           `json:"message"`
	Position   ratchet.Position `json:"position"`
}

// DebugAnswer answers a command.
type DebugAnswer struct {
	ID     int64        `json:"id"`
	Error  string       `json:"error,omitempty"` // what could not be done, for the author
	Code   ratchet.Code `json:"code,omitempty"`  // of Error
	Value  *DebugValue  `json:"value,omitempty"`
	Scopes []DebugScope `json:"scopes,omitempty"`
	Tape   []byte       `json:"tape,omitempty"`
}

// Snippet shows a line of a source with its neighbours and marks the column.
func Snippet(text string, line, column int) string { return snippet(text, line, column) }

// MainFile is the name of the file that breakpoints without a source mean.
func MainFile(s Source) string { return sourceName(s) }
