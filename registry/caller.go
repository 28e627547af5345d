package registry

import (
	"context"
	"time"

	"ratchet"
)

// Caller is who calls and how to reach them while the call runs. Surfaces put
// it into the context with WithCaller; handlers read it with CallerFrom.
type Caller struct {
	Principal string // Identity.ID; empty on open loopback
	Identity  ratchet.Principal
	Surface   string // mcp, rest, cli, …
	RequestID string
	Trace     ratchet.TraceContext // span that the call is a child of; zero = none
	Verbose   bool                 // the surface wants results whole, whatever the arguments say

	// Progress tells the caller how far the call is. Nil when the caller did
	// not ask for progress.
	Progress func(ctx context.Context, p ProgressUpdate)
	// Log sends a log message to the caller. Nil where the surface has none.
	Log func(ctx context.Context, level, logger string, data any)
	// Note hears how arguments were coerced, e.g. "/limit: read the string as
	// number". Nil where the surface has no place for notes.
	Note func(note string)
	// Release ends the open answer stream; the caller comes back for the rest
	// of the answer after the given time, and nothing is lost. Nil where the
	// surface cannot do that.
	Release func(after time.Duration)
	// Client asks things of the caller. Nil where the surface or the client
	// cannot be asked.
	Client Client
}

// ProgressUpdate is one progress notification.
type ProgressUpdate struct {
	Progress float64 // 0 to Total
	Total    float64 // 0 = unknown
	Message  string
	Meta     map[string]any // further facts of the report
}

// Client is what a surface can ask of the person or model behind a call.
type Client interface {
	// Confirm asks for a yes or no; ok is false when the client cannot be asked.
	Confirm(ctx context.Context, message string) (yes, ok bool, err error)
}

type callerKey struct{}

// WithCaller returns a context that carries c.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller in ctx; the zero Caller when there is none.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// Settings are the limits of tool calls. Zero means the default in parentheses.
type Settings struct {
	WaitLimit      time.Duration // longest wait of one call (25 s)
	MaxRun         time.Duration // upper bound of a run's timeout argument (300 s)
	MaxResultBytes int           // size of one result before fields are cut (40,000)
	ResultBytes    func() int    // MaxResultBytes where that can change; nil = it cannot
}

// resultBytes is the size of one result at this moment.
func (s *Settings) ResultLimit() int {
	if s.ResultBytes != nil {
		return s.ResultBytes()
	}
	return s.MaxResultBytes
}
