package telemetry

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"go.opentelemetry.io/otel/trace"
)

// gate gives tool calls a span. Calls over MCP have one already: that of their
// message.
type gate struct{ t *Telemetry }

// Gate returns the gate that makes spans of tool calls. It must be the first:
// what the others refuse is in the trace too.
func (t *Telemetry) Gate() registry.Gate { return gate{t} }

// Enter admits every call and ends its span when it has ended.
func (g gate) Enter(ctx context.Context, tool registry.Tool, _ json.RawMessage) (context.Context, func(any, error), error) {
	caller := registry.CallerFrom(ctx)
	if caller.Surface == "mcp" {
		return ctx, nil, nil
	}
	ctx, s := g.t.start(ctx, operationTool+" "+tool.Name, caller.Trace, trace.WithAttributes(
		keyOperation.String(operationTool), keyTool.String(tool.Name), keySurface.String(caller.Surface), keyRequest.String(caller.RequestID),
	))
	caller.Trace = s.Context()
	return registry.WithCaller(ctx, caller), func(out any, err error) {
		if failure := failureOf(out, err); failure != nil {
			s.fail(failure.Code.ErrorType())
		}
		s.span.End()
	}, nil
}
