package telemetry

import (
	"context"
	"encoding/hex"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"ratchet"
)

// spanContext is c as the library has it; invalid when c is none.
func spanContext(c ratchet.TraceContext) trace.SpanContext {
	traceID, err := trace.TraceIDFromHex(c.TraceID)
	if err != nil {
		return trace.SpanContext{}
	}
	spanID, err := trace.SpanIDFromHex(c.SpanID)
	if err != nil {
		return trace.SpanContext{}
	}
	state, _ := trace.ParseTraceState(c.State) // an invalid one is ignored
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: traceID, SpanID: spanID, TraceFlags: trace.TraceFlags(c.Flags), TraceState: state, Remote: true,
	})
}

// traceContext is the span s as it is propagated.
func traceContext(s trace.SpanContext, baggage string) ratchet.TraceContext {
	if !s.IsValid() {
		return ratchet.TraceContext{}
	}
	traceID, spanID := s.TraceID(), s.SpanID()
	return ratchet.TraceContext{
		TraceID: hex.EncodeToString(traceID[:]), SpanID: hex.EncodeToString(spanID[:]),
		Flags: byte(s.TraceFlags()), State: s.TraceState().String(), Baggage: baggage,
	}
}

// under returns ctx with parent as the span that new ones are children of.
// Without a parent the one of ctx stays.
func under(ctx context.Context, parent ratchet.TraceContext) context.Context {
	if s := spanContext(parent); s.IsValid() {
		return trace.ContextWithRemoteSpanContext(ctx, s)
	}
	return ctx
}

type baggageKey struct{}

// withBaggage keeps the baggage of a trace beside its span.
func withBaggage(ctx context.Context, baggage string) context.Context {
	if baggage == "" {
		return ctx
	}
	return context.WithValue(ctx, baggageKey{}, baggage)
}

// FromContext is the span that Begin… put into ctx; zero = none.
func FromContext(ctx context.Context) ratchet.TraceContext {
	baggage, _ := ctx.Value(baggageKey{}).(string)
	return traceContext(trace.SpanContextFromContext(ctx), baggage)
}

// Logger writes the trace and the span of a line's context into the line.
func (t *Telemetry) Logger(log *slog.Logger) *slog.Logger {
	if !t.Tracing() || log == nil {
		return log
	}
	return slog.New(logHandler{log.Handler()})
}

type logHandler struct{ slog.Handler }

// Handle adds the ids.
func (h logHandler) Handle(ctx context.Context, line slog.Record) error {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		line.AddAttrs(slog.String("trace_id", s.TraceID().String()), slog.String("span_id", s.SpanID().String()))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs keeps the ids coming.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the ids coming.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
