package executor

import (
	"time"

	"ratchet"
	"ratchet/runtime"
)

// passed is the trace of a caller, where this server makes no spans: the requests of the
// run carry it on unchanged, as the W3C's Trace Context says of those who take no part.
type passed struct {
	trace  ratchet.TraceContext
	header [][2]string
}

// Context returns the caller's span.
func (p passed) Context() ratchet.TraceContext { return p.trace }

// Started does nothing: there is no span.
func (passed) Started(time.Time) {}

// Call returns the headers of a request.
func (p passed) Call(call runtime.HostCall) (header [][2]string, end func(runtime.HostReply, error)) {
	if call.Fetch != nil {
		header = p.header
	}
	return header, func(runtime.HostReply, error) {}
}

// Ended does nothing: there is no span.
func (passed) Ended(*ratchet.Execution, []runtime.Span) {}
