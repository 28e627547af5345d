package resources

import (
	"context"
	"slices"

	"ratchet"
)

// traceFormats are the forms in which a trace can be read.
func traceFormats() []string { return []string{"json", "flamegraph", "speedscope"} }

func readTrace(ctx context.Context, s Source, a address) (Document, error) {
	format := a.query.Get("format")
	if format == "" {
		format = "json"
	}
	if !slices.Contains(traceFormats(), format) {
		return Document{}, ratchet.Errorf(ratchet.CodeInvalid, "there is no format %q of a trace", clip(format)).
			With(ratchet.FieldAllowed, traceFormats()).At("/uri").WithHint(ratchet.ToolGetExecutionTrace + " has further formats")
	}
	if s.Trace == nil {
		return Document{}, ratchet.Errorf(ratchet.CodeUnavailable, "this server has no traces").WithHint("read ratchet://executions/%s", a.name)
	}
	trace, err := s.Trace(ctx, a.name, format)
	if err != nil {
		return Document{}, err
	}
	switch format {
	case "flamegraph":
		return Document{MIMEType: "text/plain", Text: trace.Flamegraph}, nil
	case "speedscope":
		return Document{Text: string(trace.Speedscope)}, nil
	}
	return asJSON(trace)
}

func readTestRun(ctx context.Context, s Source, a address) (Document, error) {
	if _, err := s.Store.TestRun(ctx, a.name); err != nil { // whether the caller may know of it
		return Document{}, err
	}
	if s.TestRun == nil {
		return Document{}, ratchet.Errorf(ratchet.CodeUnavailable, "this server runs no tests").WithHint("ask the server that ran them")
	}
	report, err := s.TestRun(ctx, a.name)
	if err != nil {
		return Document{}, err
	}
	return asJSON(report)
}
