package runtime

import (
	"bytes"
	"context"
	"io"
	"time"

	"ratchet"
	"ratchet/spool"
)

// Host is the only door from JavaScript to the world. Implementations are the
// broker (live or mocked) and the pipe to it; a recorder and a replayer wrap
// it. Call may be used from many goroutines at once.
type Host interface {
	// Call performs one effect and blocks until its reply. A failure the
	// script should see is in the reply; an error means that the host is closed
	// and ends the run.
	Call(ctx context.Context, call HostCall) (HostReply, error)
}

// CallKind names an effect.
type CallKind string

// The kinds of effects.
const (
	CallFetch     CallKind = "fetch"
	CallSecret    CallKind = "secret"     // the value
	CallSecretRef CallKind = "secret_ref" // what stands for it in requests
)

// Secret says whether k asks for a secret, or for what stands for one.
func (k CallKind) Secret() bool { return k == CallSecret || k == CallSecretRef }

// HostCall is one request of a script to the world. Exactly the field of its
// kind is set.
type HostCall struct {
	Seq    int64 // from 1, in the order the script asked
	Kind   CallKind
	Fetch  *FetchRequest
	Secret string // name
}

// HostReply answers a HostCall. Error and the field of the call's kind exclude
// each other.
type HostReply struct {
	Error   *CallError
	Fetch   *FetchResponse
	Secret  string        // value, or what stands for it
	Version int64         // of the secret's value; 0 = not known
	Delay   time.Duration // the script gets the reply this much later by its mocked clock; ignored with the real one
}

// CallError becomes a JavaScript error of class Class in the script.
type CallError struct {
	Class   string // NetworkError, TimeoutError, AuthorizationError, DataError, …
	Message string
	Code    string // finer reason, e.g. blocked_address; empty = none
}

// FetchRequest is one HTTP request. Header keeps order and case as written.
type FetchRequest struct {
	Method         string // upper case
	URL            string // absolute
	Header         [][2]string
	Body           []byte
	Spooled        *spool.Body `json:"-"` // in place of Body, where the server keeps a large one
	TimeoutMS      int         // 0 = the task's http.timeout, then the server's
	Redirect       string      // follow (default), error or manual
	IdempotencyKey string      // sent as Idempotency-Key unless a header sets one; empty = none
}

// BodySize is the length of the body in bytes.
func (f *FetchRequest) BodySize() int64 { return bodySize(f.Body, f.Spooled) }

// BodySize is the length of the body in bytes.
func (f *FetchResponse) BodySize() int64 { return bodySize(f.Body, f.Spooled) }

func bodySize(b []byte, spooled *spool.Body) int64 {
	if spooled != nil {
		return spooled.Size()
	}
	return int64(len(b))
}

// BodyReader reads the body from its beginning.
func (f *FetchRequest) BodyReader() io.ReadSeeker {
	if f.Spooled != nil {
		return f.Spooled.Reader()
	}
	return bytes.NewReader(f.Body)
}

// FetchResponse is one HTTP response with its body read whole.
type FetchResponse struct {
	Status     int
	StatusText string
	Header     [][2]string // lower-case names, in order
	Body       []byte
	Spooled    *spool.Body `json:"-"` // in place of Body, where the server keeps a large one
	URL        string      // after redirects
	Redirected bool
	Timing     FetchTiming
}

// Bytes is the whole body in memory.
func (f *FetchResponse) Bytes() ([]byte, error) {
	if f.Spooled != nil {
		return f.Spooled.Bytes()
	}
	return f.Body, nil
}

// FetchTiming is in microseconds since the request was begun; 0 = did not happen.
type FetchTiming struct {
	DNS, Connect, TLS, Sent, FirstByte, Done int64
	Reused                                   bool // connection taken from the pool
}

// Hooks connect a run to its surroundings. Nil members are ignored, except
// Host, which is needed as soon as the script asks for something.
type Hooks struct {
	Host     Host
	Started  func()                  // a worker has the job; called once, before any other
	Log      func([]ratchet.LogLine) // lines in order, in batches
	Progress func(ratchet.Progress)  // every report, unfiltered
	Bodies   *spool.Account          // keeps large bodies; nil = they are in memory
	Stop     <-chan struct{}         // closed = ask the script to stop: context.signal aborts
	Debug    *DebugPort              // steers a run with Job.Debug
}
