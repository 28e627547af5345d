package runtime

// Tape is the recording of one run's host calls, decoded. What the loop did (in
// the order it did it) is in Events; what the world answered is in Calls. Both
// together answer every question the script asked.
type Tape struct {
	Header   TapeHeader
	Events   []TapeEvent
	Calls    []TapeCall // by Seq
	Complete bool       // false when a limit cut the recording or the worker died
}

// TapeVersion is the version of the encoding that this build writes. It reads
// those from oldestTape on: before version 3 the clock stood still while code ran.
const (
	TapeVersion = 3
	oldestTape  = 2
)

// TapeHeader pins what a replay needs to be exact.
type TapeHeader struct {
	Version    int
	Engine     string // goja version
	Go         string // Go version
	Polyfills  string // hash of the built-in JavaScript
	SourceHash string
	Seed       [32]byte
	Clock      int64 // Job.Clock
	Start      int64 // microseconds UTC at the start of the run
	Limits     Limits

	// What the script was given about its run.
	Context      TaskContext // without Config, which is a file of the source
	Secrets      []string
	ThrowOnError bool
}

// TapeKind is the kind of an event on the tape.
type TapeKind uint8

// The kinds of events.
const (
	TapeNow      TapeKind = 1  // first clock reading of a macrotask: Value = microseconds UTC
	TapeTimer    TapeKind = 2  // a timer fired: ID = timer id
	TapeIssue    TapeKind = 3  // a host call was issued: ID = its Seq, Value = IssueSent or IssueRefused
	TapeDone     TapeKind = 4  // a host call's reply was delivered: ID = its Seq
	TapeProgress TapeKind = 5  // a progress report
	TapeStop     TapeKind = 6  // the run was asked to stop
	TapeEnd      TapeKind = 7  // the run ended by itself: Value = EndOutput or EndFailure
	TapeElapsed  TapeKind = 8  // a reading of the running clock: Value = microseconds since the start
	TapeClosed   TapeKind = 9  // the host closed on a host call, which ended the run: ID = its Seq, Value = CloseNoHost or 0
	TapeBreak    TapeKind = 10 // the run was ended from outside: a limit, a cancellation, a shutdown
	TapeAdvance  TapeKind = 11 // a later reading of a macrotask showed another time: ID = readings since the last change, Value = microseconds it moved
)

// Values of events.
const (
	EndOutput    = 0 // of TapeEnd: the run has an output
	EndFailure   = 1 // of TapeEnd: the script or its output failed
	IssueSent    = 0 // of TapeIssue: the call went to the host, at once or when its turn came
	IssueRefused = 1 // of TapeIssue: too many were waiting; the script got a RateLimitError
	CloseNoHost  = 1 // of TapeClosed: the run had no host at all
)

// TapeEvent is one entry of the order of events.
type TapeEvent struct {
	Kind  TapeKind
	ID    int64 // by kind
	At    int64 // microseconds since the start
	Value int64 // by kind
}

// TapeCall is one effect with its answer. Secret values are never on the tape:
// Reply.Secret is empty and the name in Call says which it was.
type TapeCall struct {
	Call  HostCall
	Reply HostReply
	Start int64 // microseconds since the start of the run
	End   int64
}
