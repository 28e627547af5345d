package tools

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/spans"
	"ratchet/storage"
)

// GetTraceIn are the arguments of ratchet_get_execution_trace.
type GetTraceIn struct {
	ExecutionID   string `json:"execution_id" jsonschema_description:"UUID or number of the execution" shown:""`
	HTTPCalls     bool   `json:"include_http_calls,omitempty" jsonschema:"default=true" jsonschema_description:"show the requests with their timings" shown:"-"`
	Format        string `json:"format,omitempty" jsonschema:"enum=json,enum=flamegraph,enum=speedscope,enum=pprof,enum=chrome,default=json" jsonschema_description:"flamegraph is folded stacks; pprof is base64 of a gzipped profile" shown:""`
	FunctionSpans *bool  `json:"function_spans,omitempty" jsonschema_description:"include the calls of the task's functions: taken live when the run was profiled, else by replaying its recording offline; default: in every format but json" shown:"with the calls of functions"`
	MaxSpans      int    `json:"max_spans,omitempty" jsonschema:"minimum=1,maximum=10000,default=500" jsonschema_description:"spans kept in json, the longest; the others are added up by function" shown:"-"`
}

// GetTraceOut is the result of ratchet_get_execution_trace.
type GetTraceOut struct {
	ExecutionID  string          `json:"execution_id"`
	TaskID       string          `json:"task_id"`
	Status       ratchet.Status  `json:"status"`
	Format       string          `json:"format"`
	Trace        *TraceView      `json:"trace,omitempty" jsonschema_description:"with format json"`
	Flamegraph   string          `json:"flamegraph_data,omitempty" jsonschema_description:"with format flamegraph: a;b N per line, N in microseconds of own time"`
	TotalSamples int64           `json:"total_samples,omitempty" jsonschema_description:"with format flamegraph: sum of the numbers"`
	SamplingRate *float64        `json:"sampling_rate_ms" jsonschema:"nullable" jsonschema_description:"always null: the spans are exact"`
	Unit         string          `json:"unit,omitempty"`
	Speedscope   json.RawMessage `json:"speedscope,omitempty" jsonschema_description:"with format speedscope: the file"`
	Chrome       json.RawMessage `json:"chrome,omitempty" jsonschema_description:"with format chrome: the file"`
	Pprof        string          `json:"pprof_base64,omitempty" jsonschema_description:"with format pprof"`
	SpansSource  *string         `json:"spans_source" jsonschema:"enum=live,enum=replay,nullable" jsonschema_description:"where the function spans come from; null = there are none"`
	SpansMissing string          `json:"spans_missing,omitempty" jsonschema_description:"why function spans are missing or end early"`
	Metadata     TraceMetadata   `json:"metadata"`
	At           string          `json:"trace_timestamp"`
	Truncated    []string        `json:"truncated_fields,omitempty"`
}

// TraceMetadata are sizes of the execution.
type TraceMetadata struct {
	InputSize  int  `json:"input_size_bytes"`
	OutputSize int  `json:"output_size_bytes"`
	HasError   bool `json:"has_error"`
}

// GetExecutionTrace shows where the time of an execution went.
var GetExecutionTrace = registry.Define(registry.Spec{
	Name: "ratchet_get_execution_trace", Title: "Get execution trace", Toolset: "core", Category: "debugging",
	Inspected: true,
	Rate:      registry.RateTraces,
	Doc: "Call this to see where the time of an execution went: phases, requests, log, and calls of functions, which a replay of the recording gives without touching the network. " +
		"flamegraph, speedscope, pprof and chrome are for profilers.",
	Omits: slices.Concat([]string{"task_id", `format="json"`, "trace.start_time", "trace.end_time", "trace.status", "trace.spans[kind=system]", "trace.timing", "trace.http_calls=[]", "trace.total_events", "trace.function_spans=false", "trace.trace_complete=true", "trace.truncated=false", "trace.spans.start_time", "trace.spans.end_time", "trace.spans.self_us=@duration_us", "trace.spans.count=1", "metadata", "trace_timestamp"}, leanLog("trace.events")),
	Needs: []ratchet.Right{ratchet.RightTraces}, Effect: registry.Reads, Failure: "trace_retrieval_error", Aliases: []string{"ratchet.get_trace"},
	Routes: []registry.Route{{Method: "GET", Path: "/executions/{execution_id}/trace", Field: "executionTrace"}},
	Examples: []registry.Example{
		{Title: "Where the time went", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1"}`)},
		{Title: "As a flame graph", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","format":"flamegraph"}`)},
	},
}, getExecutionTrace)

func getExecutionTrace(ctx context.Context, d *registry.Deps, in GetTraceIn) (GetTraceOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return GetTraceOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return GetTraceOut{}, err
	}
	functions := in.Format != "json"
	if in.FunctionSpans != nil {
		functions = *in.FunctionSpans
	}
	t, err := d.Exec.Trace(ctx, x, executor.TraceRequest{Functions: functions, Principal: registry.CallerFrom(ctx).Principal})
	if err != nil {
		return GetTraceOut{}, err
	}
	out := GetTraceOut{
		ExecutionID: x.ID, TaskID: x.TaskID, Status: x.Status, Format: in.Format, SpansSource: orNull(t.Source), SpansMissing: t.Missing,
		Metadata: TraceMetadata{InputSize: len(x.Input), OutputSize: len(x.Output), HasError: x.Error != nil}, At: registry.Stamp(now(d)),
	}
	if in.Format == "json" {
		return out, out.asJSON(ctx, d, x, t, in)
	}
	return out, out.asFile(x, t, in.Format)
}

// asFile writes the spans for a profiler.
func (o *GetTraceOut) asFile(x *ratchet.Execution, t *executor.Trace, format string) (err error) {
	run := spans.Run{Name: x.TaskName, Start: t.Began, Wall: t.Wall, Spans: t.Spans}
	switch format {
	case "flamegraph":
		o.Flamegraph, o.Unit = spans.Folded(run), "microseconds"
		o.TotalSamples = spans.FoldedTotal(o.Flamegraph)
	case "speedscope":
		o.Speedscope, err = spans.Speedscope(run)
	case "chrome":
		o.Chrome, err = spans.Chrome(run)
	case "pprof":
		var raw []byte
		raw, err = spans.Pprof(run)
		o.Pprof = base64.StdEncoding.EncodeToString(raw)
	}
	return err
}

// asJSON fills the trace of format json.
func (o *GetTraceOut) asJSON(ctx context.Context, d *registry.Deps, x *ratchet.Execution, t *executor.Trace, in GetTraceIn) error {
	var page storage.LogPage
	if registry.CallerFrom(ctx).Identity.Scope.Has(ratchet.RightLogs) {
		var err error
		if page, err = d.Store.Logs(ctx, x.ID, storage.LogQuery{Limit: traceEvents}); err != nil {
			return err
		}
	}
	v := &TraceView{
		Start: stampOrNull(x.StartedAt), End: stampOrNull(x.CompletedAt), Duration: durationMS(x), Status: x.Status,
		Steps: orJSONNull(t.Steps), Events: logViews(page.Lines, x.TraceID), Timing: timingOf(x), HTTPCalls: json.RawMessage("[]"),
		Performance: performanceOf(x), Functions: t.Source != "", Complete: x.Status.Terminal() && x.Phases != nil,
	}
	if in.HTTPCalls && len(t.HTTPCalls) > 0 {
		v.HTTPCalls = t.HTTPCalls
	}
	left := v.fit(t.Spans, in.MaxSpans, d.Settings.ResultLimit(), t.Began)
	v.Truncated = left > 0 || page.More
	v.TotalEvents = len(v.Events) + len(v.Spans)
	o.Trace = v
	o.Truncated = registry.Cut(d.Settings.ResultLimit(), registry.Big{Name: "trace.http_calls", JSON: &v.HTTPCalls})
	return nil
}

// traceEvents bounds the log lines in a trace.
const traceEvents = 200

// fit shows at most n spans, and fewer when they would fill more than half of
// a result. It returns how many were added up.
func (v *TraceView) fit(list []spans.Span, n, limit int, began time.Time) (left int) {
	if limit <= 0 {
		limit = registry.DefaultResultBytes
	}
	for {
		var kept []spans.Span
		kept, left = spans.Longest(list, n)
		v.Spans = make([]SpanView, len(kept))
		for i, s := range kept {
			v.Spans[i] = spanView(s, began)
		}
		if raw, err := json.Marshal(v.Spans); err != nil || len(raw) <= limit/2 || n <= 10 {
			return left
		}
		n /= 2
	}
}

func spanView(s spans.Span, began time.Time) SpanView {
	return SpanView{
		ID: s.ID, Parent: orNull(s.Parent), Name: s.Name, Kind: s.Kind, Start: registry.Stamp(began.Add(s.Start)), End: registry.Stamp(began.Add(s.Start + s.Duration)),
		At: s.Start.Microseconds(), Duration: s.Duration.Microseconds(), Self: s.Self.Microseconds(), Count: max(s.Count, 1), Line: s.Line, Tags: s.Tags,
	}
}
