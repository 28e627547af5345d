package executor

import (
	"context"
	"strings"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// Tracer follows runs as parts of their callers' traces. Its methods and those
// of a RunTracer are called on the way of the run: they must be quick, and
// nothing that goes wrong in them is the run's.
type Tracer interface {
	// Begin is called before a run's row is stored. parent is the span of
	// who asked for it; zero = the run begins a trace.
	Begin(x *ratchet.Execution, parent ratchet.TraceContext) RunTracer
}

// RunTracer follows one run. Its methods may be called from many goroutines.
type RunTracer interface {
	// Context is the span of the run. The execution keeps its trace id.
	Context() ratchet.TraceContext
	// Started is called when a worker got the job. A run that got none has no
	// such time.
	Started(at time.Time)
	// Call is called for a host call that goes out, without secrets in
	// it. header is what a request carries besides its own headers; end is
	// called once, with what came back.
	Call(call runtime.HostCall) (header [][2]string, end func(runtime.HostReply, error))
	// Ended is called with the run's last state, and the functions of a profiled run.
	Ended(x *ratchet.Execution, functions []runtime.Span)
}

// beginTrace opens the trace of a run that is about to be stored.
func (r *run) beginTrace() {
	if r.e.cfg.Tracer == nil {
		if forward := r.e.cfg.Forward; forward != nil && r.req.Trace.TraceID != "" {
			r.trace = passed{r.req.Trace, forward(r.req.Trace)}
		}
		return
	}
	r.trace = r.e.cfg.Tracer.Begin(r.snapshot(), r.req.Trace)
	if id := r.trace.Context().TraceID; id != "" {
		r.x.TraceID = id
	}
}

// sender is what carries calls to the world: see broker.Session.
type sender interface {
	runtime.Host
	Send(ctx context.Context, call runtime.HostCall) (reply runtime.HostReply, sent bool, err error)
}

// tracedSender follows the calls that it lets pass. It stands next to the
// world, behind the recorder and the ledger of effects: what it adds to a
// request is on no tape and makes no effect another one.
type tracedSender struct {
	run  *run
	next sender
}

// Call implements runtime.Host.
func (s tracedSender) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	reply, _, err := s.Send(ctx, call)
	return reply, err
}

// Send implements sender.
func (s tracedSender) Send(ctx context.Context, call runtime.HostCall) (runtime.HostReply, bool, error) {
	shown := call
	if f := call.Fetch; f != nil && s.run.masker != nil {
		masked := *f
		masked.URL = s.run.masker.text(f.URL)
		shown.Fetch = &masked
	}
	header, end := s.run.trace.Call(shown)
	call.Fetch = withHeader(call.Fetch, header)
	reply, sent, err := s.next.Send(ctx, call)
	end(reply, err)
	return reply, sent, err
}

// withHeader adds headers to a copy of a request. A task that sets one of them
// itself has all of its own way.
func withHeader(f *runtime.FetchRequest, header [][2]string) *runtime.FetchRequest {
	if f == nil || len(header) == 0 {
		return f
	}
	for _, own := range f.Header {
		for _, h := range header {
			if strings.EqualFold(own[0], h[0]) {
				return f
			}
		}
	}
	more := *f
	more.Header = append(f.Header[:len(f.Header):len(f.Header)], header...)
	return &more
}
