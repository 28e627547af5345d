package telemetry

import (
	"context"

	"ratchet/registry"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"ratchet"
)

// Names of the conventions for generative AI and MCP, which are not yet part
// of the library's.
const (
	keyMethod    = attribute.Key("mcp.method.name")
	keySession   = attribute.Key("mcp.session.id")
	keyProtocol  = attribute.Key("mcp.protocol.version")
	keyResource  = attribute.Key("mcp.resource.uri")
	keyTool      = attribute.Key("gen_ai.tool.name")
	keyPrompt    = attribute.Key("gen_ai.prompt.name")
	keyOperation = attribute.Key("gen_ai.operation.name")
	keyRPCStatus = attribute.Key("rpc.response.status_code")

	operationTool = "execute_tool"
)

// Names of our own.
const (
	keyRequest   = attribute.Key("ratchet.request.id")
	keySurface   = attribute.Key("ratchet.surface")
	keyErrorType = attribute.Key("ratchet.error.type")
)

// Span is a piece of work that has begun. Nil is none: its methods do nothing.
type Span struct {
	span    trace.Span
	baggage string
}

// start begins a span under parent, or under the span of ctx.
func (t *Telemetry) start(ctx context.Context, name string, parent ratchet.TraceContext, options ...trace.SpanStartOption) (context.Context, *Span) {
	ctx, span := t.tracer.Start(under(ctx, parent), name, options...)
	return withBaggage(ctx, parent.Baggage), &Span{span, parent.Baggage}
}

// Context is the span as its children refer to it; zero = none.
func (s *Span) Context() ratchet.TraceContext {
	if s == nil {
		return ratchet.TraceContext{}
	}
	return traceContext(s.span.SpanContext(), s.baggage)
}

// fail marks the span. The text of an error stays out: it may tell what only
// the caller should read.
func (s *Span) fail(kind string, more ...attribute.KeyValue) {
	s.span.SetStatus(codes.Error, kind)
	s.span.SetAttributes(append(more, semconv.ErrorTypeKey.String(kind))...)
}

// failureOf is the error that a tool call ended with: what it returned, or
// what its result says of a run. Nil = none.
func failureOf(out any, err error) *ratchet.Error {
	if err != nil {
		return ratchet.AsError(err)
	}
	if f, ok := out.(registry.Failed); ok {
		return f.Failure()
	}
	return nil
}
