package telemetry

import (
	"context"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"ratchet"
)

// Message is an MCP message that came in. What it has not is empty.
type Message struct {
	Method    string
	Tool      string // a known one's own name
	Prompt    string // a known one's name
	Resource  string // URI
	ID        string // of JSON-RPC
	Session   string
	Version   string // of the protocol
	RequestID string
	HTTP      bool                 // it came by HTTP; else by stdio
	Parent    ratchet.TraceContext // of _meta
	Carrier   ratchet.TraceContext // the HTTP request that brought it
}

// BeginMessage begins the span of a message: a child of the span that its
// _meta names, or else of the HTTP request.
func (t *Telemetry) BeginMessage(ctx context.Context, m Message) (context.Context, *Span) {
	if !t.Tracing() {
		return ctx, nil
	}
	name, attrs := m.Method, m.attributes()
	if target := m.Tool + m.Prompt; target != "" {
		name += " " + target
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attrs...)}
	parent := m.Parent
	switch carrier := spanContext(m.Carrier); {
	case parent.TraceID == "":
		parent = m.Carrier
	case carrier.IsValid():
		options = append(options, trace.WithLinks(trace.Link{SpanContext: carrier}))
	}
	if parent.TraceID == "" { // what runs around the message is not what it is a part of
		options = append(options, trace.WithNewRoot())
	}
	return t.start(ctx, name, parent, options...)
}

func (m Message) attributes() []attribute.KeyValue {
	transport := semconv.NetworkTransportPipe
	if m.HTTP {
		transport = semconv.NetworkTransportTCP
	}
	attrs := []attribute.KeyValue{keyMethod.String(m.Method), transport, keyRequest.String(m.RequestID)}
	if m.Tool != "" {
		attrs = append(attrs, keyOperation.String(operationTool))
	}
	for key, value := range map[attribute.Key]string{
		keyTool: m.Tool, keyPrompt: m.Prompt, keyResource: m.Resource, keySession: m.Session, keyProtocol: m.Version,
		semconv.JSONRPCRequestIDKey: m.ID,
	} {
		if value != "" {
			attrs = append(attrs, key.String(value))
		}
	}
	if m.HTTP {
		attrs = append(attrs, semconv.NetworkProtocolName("http"))
	}
	return attrs
}

// EndMessage ends the span of a message. errorType is the type of the error
// that a result shows, empty = none; code is that of a JSON-RPC error, 0 = none.
func (s *Span) EndMessage(errorType string, code int64) {
	if s == nil {
		return
	}
	switch {
	case code != 0:
		number := strconv.FormatInt(code, 10)
		s.fail(number, keyRPCStatus.String(number))
	case errorType != "":
		s.fail("tool_error", keyErrorType.String(errorType))
	}
	s.span.End()
}
