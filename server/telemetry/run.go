package telemetry

import (
	"context"
	"net/url"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// Names of our own on the spans of a run.
const (
	keyExecution = attribute.Key("ratchet.execution.id")
	keyTask      = attribute.Key("ratchet.task.name")
	keyVersion   = attribute.Key("ratchet.task.version")
	keyOrigin    = attribute.Key("ratchet.execution.origin")
	keyAttempt   = attribute.Key("ratchet.execution.attempt")
	keyStatus    = attribute.Key("ratchet.execution.status")
	keySecret    = attribute.Key("ratchet.secret.name")
)

// Runs returns what makes spans of executions; nil when there are no spans.
func (t *Telemetry) Runs() executor.Tracer {
	if !t.Tracing() {
		return nil
	}
	return runs{t}
}

type runs struct{ t *Telemetry }

// Begin begins the span of an execution.
func (r runs) Begin(x *ratchet.Execution, parent ratchet.TraceContext) executor.RunTracer {
	ctx, s := r.t.start(context.Background(), "execution "+x.TaskName, parent, trace.WithTimestamp(x.QueuedAt), trace.WithAttributes(
		keyExecution.String(x.ID), keyTask.String(x.TaskName), keyVersion.String(x.TaskVersion),
		keyOrigin.String(string(x.Origin)), keyAttempt.Int(x.Attempt),
	))
	return &run{t: r.t, span: s, ctx: ctx, queued: x.QueuedAt}
}

// run is an execution that is being followed.
type run struct {
	t      *Telemetry
	span   *Span
	ctx    context.Context // of span
	queued time.Time

	mu      sync.Mutex
	started time.Time
	work    *Span           // what the worker does; nil = it has not begun
	inside  context.Context // of work
}

// Context implements executor.RunTracer.
func (r *run) Context() ratchet.TraceContext { return r.span.Context() }

// Started ends the waiting and begins the worker's span.
func (r *run) Started(at time.Time) {
	r.wait(at)
	ctx, work := r.t.start(r.ctx, "worker run", ratchet.TraceContext{Baggage: r.span.baggage}, trace.WithTimestamp(at))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started, r.work, r.inside = at, work, ctx
}

// wait is the span of the time in the line.
func (r *run) wait(until time.Time) {
	_, s := r.t.start(r.ctx, "queue", ratchet.TraceContext{}, trace.WithTimestamp(r.queued))
	s.span.End(trace.WithTimestamp(until))
}

// Call begins the span of a call to the world.
func (r *run) Call(call runtime.HostCall) (header [][2]string, end func(runtime.HostReply, error)) {
	r.mu.Lock()
	ctx := r.inside
	r.mu.Unlock()
	if ctx == nil {
		ctx = r.ctx
	}
	if call.Fetch == nil {
		_, s := r.t.start(ctx, "secret", ratchet.TraceContext{}, trace.WithAttributes(keySecret.String(call.Secret)))
		return nil, s.endCall
	}
	_, s := r.t.start(ctx, call.Fetch.Method, ratchet.TraceContext{Baggage: r.span.baggage},
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(fetchAttributes(call.Fetch)...))
	return r.t.headers(s.Context()), s.endCall
}

// headers tell the receiver of a request which span it belongs to.
func (t *Telemetry) headers(c ratchet.TraceContext) [][2]string { return t.cfg.Propagate.Headers(c) }

// Headers are those of a request that belongs to a trace.
func (p Propagation) Headers(c ratchet.TraceContext) [][2]string {
	if p == PropagateNone {
		return nil
	}
	list := [][2]string{{"traceparent", c.Traceparent()}}
	if c.State != "" {
		list = append(list, [2]string{"tracestate", c.State})
	}
	if c.Baggage != "" && p == PropagateAll {
		list = append(list, [2]string{"baggage", c.Baggage})
	}
	return list
}

// fetchAttributes describe a request. Its query is left out, which may hold
// what must stay hidden.
func fetchAttributes(f *runtime.FetchRequest) []attribute.KeyValue {
	attrs := []attribute.KeyValue{semconv.HTTPRequestMethodKey.String(knownMethod(f.Method)), semconv.HTTPRequestBodySize(int(f.BodySize()))}
	u, err := url.Parse(f.URL)
	if err != nil {
		return attrs
	}
	u.User, u.Fragment = nil, ""
	if u.RawQuery != "" {
		u.RawQuery = "REDACTED"
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = map[string]int{"http": 80, "https": 443}[u.Scheme]
	}
	return append(attrs, semconv.URLFull(u.String()), semconv.ServerAddress(u.Hostname()), semconv.ServerPort(port))
}

// endCall ends the span of a call to the world.
func (s *Span) endCall(reply runtime.HostReply, err error) {
	switch f := reply.Fetch; {
	case err != nil:
		s.fail("closed")
	case reply.Error != nil:
		s.fail(reply.Error.Class)
	case f != nil:
		s.span.SetAttributes(semconv.HTTPResponseStatusCode(f.Status), semconv.HTTPResponseBodySize(len(f.Body)))
		if f.Status >= 400 {
			s.fail(strconv.Itoa(f.Status))
		}
	}
	s.span.End()
}

// Ended ends all spans of the run.
func (r *run) Ended(x *ratchet.Execution, functions []runtime.Span) {
	r.mu.Lock()
	started, work, inside := r.started, r.work, r.inside
	r.mu.Unlock()
	at := x.CompletedAt
	if work == nil {
		r.wait(at)
	} else {
		r.functions(inside, started, functions)
		work.end(x, at)
	}
	r.span.span.SetAttributes(keyStatus.String(string(x.Status)))
	r.span.end(x, at)
}

func (s *Span) end(x *ratchet.Execution, at time.Time) {
	if x.Error != nil {
		kind := x.Error.Type
		if kind == "" {
			kind = x.Error.Code.ErrorType()
		}
		s.fail(kind)
	}
	s.span.End(trace.WithTimestamp(at))
}
