package telemetry

import (
	"cmp"
	"context"
	"slices"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"go.opentelemetry.io/otel/attribute"

	"ratchet"
	"ratchet/runtime"
)

// maxFunctions is how many functions of one profiled run become spans: the
// longest ones. The whole profile is kept with the execution.
const maxFunctions = 200

const keyCalls = attribute.Key("ratchet.function.calls")

// functions makes spans of the calls of a profiled run. One whose caller is
// left out is a child of the nearest caller that is not.
func (r *run) functions(ctx context.Context, started time.Time, all []runtime.Span) {
	if len(all) == 0 || !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	kept := longest(all, maxFunctions)
	parents := make(map[int]int, len(all))
	for _, f := range all {
		parents[f.ID] = f.Parent
	}
	inside := map[int]context.Context{0: ctx}
	for _, f := range all { // a caller comes before what it calls
		if !kept[f.ID] {
			continue
		}
		up := f.Parent
		for inside[up] == nil {
			up = parents[up]
		}
		from := started.Add(f.Start)
		attrs := []attribute.KeyValue{semconv.CodeFunctionName(f.Function)}
		if f.Line > 0 {
			attrs = append(attrs, semconv.CodeLineNumber(f.Line))
		}
		if f.Count > 1 {
			attrs = append(attrs, keyCalls.Int(f.Count))
		}
		own, s := r.t.start(inside[up], f.Function, ratchet.TraceContext{}, trace.WithTimestamp(from), trace.WithAttributes(attrs...))
		inside[f.ID] = own
		s.span.End(trace.WithTimestamp(from.Add(max(f.Duration, 0))))
	}
}

// longest are the ids of the n longest calls.
func longest(all []runtime.Span, n int) map[int]bool {
	byLength := slices.Clone(all)
	slices.SortStableFunc(byLength, func(a, b runtime.Span) int { return cmp.Compare(b.Duration, a.Duration) })
	kept := make(map[int]bool, n)
	for _, f := range byLength[:min(n, len(byLength))] {
		kept[f.ID] = true
	}
	return kept
}
