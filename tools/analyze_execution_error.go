package tools

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/analysis"
	"ratchet/runtime"
	"ratchet/storage"
)

// AnalyzeErrorIn are the arguments of ratchet_analyze_execution_error.
type AnalyzeErrorIn struct {
	ExecutionID   string `json:"execution_id" jsonschema_description:"UUID or number of an ended execution" shown:""`
	Suggestions   bool   `json:"include_suggestions,omitempty" jsonschema:"default=true" shown:"-"`
	Context       bool   `json:"include_context,omitempty" jsonschema:"default=true" jsonschema_description:"input, times, log, last requests and the variables at the throw, which come from a replay of the recording" shown:"input, log, last requests, variables"`
	Format        string `json:"format,omitempty" jsonschema:"enum=json,enum=llm,enum=markdown,default=json" jsonschema_description:"llm adds a report within max_context_tokens; markdown is that report as text" shown:"llm: with a report of max_context_tokens"`
	MaxTokens     int    `json:"max_context_tokens,omitempty" jsonschema:"minimum=256,maximum=100000,default=8192" jsonschema_description:"budget of the report" shown:""`
	SystemContext bool   `json:"include_system_context,omitempty" jsonschema:"default=true" jsonschema_description:"the server's state in the report" shown:"-"`
	Similar       bool   `json:"include_similar_errors,omitempty" jsonschema:"default=true" jsonschema_description:"earlier failures of the same kind at the same place" shown:"-"`
	Prompts       bool   `json:"include_prompts,omitempty" jsonschema:"default=true" jsonschema_description:"questions worth asking, in the report" shown:"-"`
	Window        int    `json:"time_window_seconds,omitempty" jsonschema:"minimum=1,maximum=604800,default=3600" jsonschema_description:"how far back the report's recent operations reach" shown:"-"`
}

// AnalyzeErrorOut is the result of ratchet_analyze_execution_error.
type AnalyzeErrorOut struct {
	ExecutionID string          `json:"execution_id"`
	Analysis    ErrorAnalysis   `json:"analysis"`
	Context     *ErrorContext   `json:"context,omitempty"`
	Suggestions []string        `json:"suggestions"`
	NextSteps   []NextStep      `json:"next_steps"`
	Log         []LogView       `json:"log_context"`
	Similar     []SimilarError  `json:"similar_errors" jsonschema_description:"in 7 days"`
	Report      json.RawMessage `json:"report,omitempty" jsonschema_description:"with format llm"`
	Markdown    string          `json:"markdown,omitempty" jsonschema_description:"with format markdown"`
	At          string          `json:"analysis_timestamp"`
	Truncated   []string        `json:"truncated_fields,omitempty"`
}

// ErrorAnalysis is what kind of failure it is.
type ErrorAnalysis struct {
	Type      string             `json:"error_type"`
	Category  string             `json:"category"`
	RootCause string             `json:"root_cause"`
	Impact    string             `json:"impact"`
	Severity  string             `json:"severity"`
	Message   string             `json:"error_message"`
	Location  *ErrorLocation     `json:"location" jsonschema:"nullable"`
	MatchedBy string             `json:"matched_by" jsonschema:"enum=typed_error,enum=error_code,enum=http_status,enum=message,enum=nothing"`
	Patterns  []analysis.Pattern `json:"matched_patterns"`
}

// ErrorLocation is the failing line in the author's source.
type ErrorLocation struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Snippet string `json:"snippet"`
}

// NextStep is a tool worth calling next.
type NextStep struct {
	Step string         `json:"step"`
	Tool string         `json:"tool"`
	Args map[string]any `json:"args"`
}

// SimilarError is an earlier failure of the same kind at the same place.
type SimilarError struct {
	ExecutionID string `json:"execution_id"`
	At          string `json:"at"`
	SameInput   bool   `json:"same_input"`
}

// AnalyzeExecutionError explains a failed execution.
var AnalyzeExecutionError = registry.Define(registry.Spec{
	Name: "ratchet_analyze_execution_error", Title: "Analyze an execution error", Toolset: "core", Category: "debugging",
	Inspected: true,
	Doc: "Call this when an execution failed: it says what kind of failure it is, at which line, with which values (from a replay that touches nothing outside), whether it happened before, and what to do. " +
		"Next: ratchet_edit_task.",
	Omits:  slices.Concat([]string{"context.task_id", "context.task_version", "context.queued_at", "context.completed_at", "analysis_timestamp", "context.error_details.name", "context.error_details.message", "context.error_details.line", "context.error_details.column", "context.error_details.snippet"}, leanError("context.error_details"), leanLog("log_context")),
	Effect: registry.Reads, Failure: "analysis_error", Aliases: []string{"ratchet.analyze_error"},
	Routes: []registry.Route{{Method: "GET", Path: "/executions/{execution_id}/analysis", Field: "executionAnalysis"}},
	Examples: []registry.Example{{
		Title: "Why an execution failed", Args: json.RawMessage(`{"execution_id":"1"}`),
		Setup: []registry.Call{
			{Tool: "ratchet_create_task", Args: json.RawMessage(`{"name":"fail","description":"Fails.","code":"export default (i) => { const order = i.order; return order.total; }","input_schema":{"type":"object"},"output_schema":{}}`)},
			{Tool: "ratchet_execute_task", Args: json.RawMessage(`{"task_id":"fail","input":{}}`)},
		},
	}},
}, analyzeExecutionError)

func analyzeExecutionError(ctx context.Context, d *registry.Deps, in AnalyzeErrorIn) (AnalyzeErrorOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return AnalyzeErrorOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return AnalyzeErrorOut{}, err
	}
	if !x.Status.Terminal() {
		return AnalyzeErrorOut{}, ratchet.Errorf(ratchet.CodeConflict, "execution %s has not ended", x.ID).
			Next("ratchet_get_execution_status", map[string]any{"execution_id": x.ID, "wait": 25}).
			WithHint("wait for its end with ratchet_get_execution_status")
	}
	out := AnalyzeErrorOut{
		ExecutionID: x.ID, Suggestions: []string{}, NextSteps: []NextStep{}, Log: []LogView{}, Similar: []SimilarError{}, At: registry.Stamp(now(d)),
	}
	if x.Error == nil {
		out.Analysis = ErrorAnalysis{Type: "not_applicable", Category: "none", Severity: "low", MatchedBy: "nothing", RootCause: analysis.RootCause(analysis.Failure{}), Patterns: []analysis.Pattern{}}
		return out, nil
	}
	calls, err := d.Exec.RecordedCalls(ctx, x)
	if err != nil {
		return AnalyzeErrorOut{}, err
	}
	failure := failureOf(x, calls)
	out.explain(failure, in)
	if err := out.gather(ctx, d, x, calls, in); err != nil {
		return AnalyzeErrorOut{}, err
	}
	return out, out.report(ctx, d, x, in)
}

// explain says what kind of failure it is and what to do.
func (o *AnalyzeErrorOut) explain(f analysis.Failure, in AnalyzeErrorIn) {
	found := analysis.Of(f)
	o.Analysis = ErrorAnalysis{
		Type: found.Type, Category: found.Category, Severity: found.Severity, Impact: found.Impact, MatchedBy: found.MatchedBy,
		RootCause: analysis.RootCause(f), Message: f.Error.Message, Patterns: analysis.Match(f, found),
	}
	if e := f.Error; e.Line > 0 {
		o.Analysis.Location = &ErrorLocation{e.Source, e.Line, e.Column, e.Snippet}
	}
	if in.Suggestions {
		o.Suggestions = analysis.Suggestions(f, found)
	}
}

// gather reads what surrounds the failure.
func (o *AnalyzeErrorOut) gather(ctx context.Context, d *registry.Deps, x *ratchet.Execution, calls []runtime.TapeCall, in AnalyzeErrorIn) error {
	o.NextSteps = nextSteps(x, o.Analysis)
	if in.Similar {
		similar, err := similarErrors(ctx, d, x)
		if err != nil {
			return err
		}
		o.Similar = similar
	}
	if !in.Context {
		return nil
	}
	if registry.CallerFrom(ctx).Identity.Scope.Has(ratchet.RightLogs) {
		page, err := d.Store.Logs(ctx, x.ID, storage.LogQuery{Limit: 20})
		if err != nil {
			return err
		}
		o.Log = logViews(page.Lines, x.TraceID)
	}
	if !registry.CallerFrom(ctx).Identity.Scope.Has(ratchet.RightTraces) {
		calls = nil // they are read from the recording
	}
	o.Context = errorContext(ctx, d, x, calls)
	if t := o.Context.Throw; t != nil && in.Suggestions && !strings.Contains(x.Error.Hint, "await") {
		if text := t.unawaited(x.Error.Snippet); text != "" {
			o.Suggestions = slices.Insert(o.Suggestions, 0, text)
		}
	}
	o.Truncated = registry.Cut(d.Settings.ResultLimit()/2, registry.Big{Name: "context.input_data", JSON: &o.Context.Input})
	return nil
}

// failureOf collects the facts that decide.
func failureOf(x *ratchet.Execution, calls []runtime.TapeCall) analysis.Failure {
	f := analysis.Failure{Error: x.Error, Status: x.Status}
	for _, c := range slices.Backward(calls) {
		if c.Call.Fetch == nil {
			continue
		}
		status := 0
		if c.Reply.Fetch != nil {
			status = c.Reply.Fetch.Status
		}
		if c.Reply.Error != nil || status >= 400 {
			f.HTTP = status
			if u, err := url.Parse(c.Call.Fetch.URL); err == nil {
				f.Host = u.Host
			}
		}
		break // only the last request can be what ended the run
	}
	return f
}

// similarWindow is how far back similar failures are looked for.
const similarWindow = 7 * 24 * time.Hour

func similarErrors(ctx context.Context, d *registry.Deps, x *ratchet.Execution) ([]SimilarError, error) {
	page, err := d.Store.ListExecutions(ctx, ratchet.Query{
		Limit: 200, SortBy: "queued_at", Desc: true,
		Filters: []ratchet.Filter{
			{Field: "task_id", Operator: ratchet.OpEQ, Value: x.TaskID},
			{Field: "has_error", Operator: ratchet.OpEQ, Value: true},
			likewise(x),
			{Field: "queued_after", Operator: ratchet.OpEQ, Value: registry.Stamp(x.QueuedAt.Add(-similarWindow))},
		},
	})
	if err != nil {
		return nil, err
	}
	list := []SimilarError{}
	mark := analysis.Fingerprint(x.Error)
	for i := range page.Items {
		other := &page.Items[i]
		if other.ID != x.ID && analysis.Fingerprint(other.Error) == mark {
			list = append(list, SimilarError{other.ID, registry.Stamp(other.QueuedAt), string(other.Input) == string(x.Input)})
		}
	}
	return list, nil
}

// nextSteps name the tools that lead on, the most useful first.
func nextSteps(x *ratchet.Execution, a ErrorAnalysis) []NextStep {
	id := map[string]any{"execution_id": x.ID}
	retry := NextStep{"try again", "ratchet_retry_execution", id}
	look := NextStep{"step through what happened", "ratchet_debug_task_execution", map[string]any{"execution_id": x.ID, "exception_breakpoints": "uncaught"}}
	fix := NextStep{"fix the code", "ratchet_edit_task", map[string]any{"task_id": x.TaskID}}
	log := NextStep{"read the log", "ratchet_get_execution_logs", id}
	trace := NextStep{"see where the time went", "ratchet_get_execution_trace", id}
	keep := NextStep{"keep the case as a test", "ratchet_promote_to_test", map[string]any{"execution_id": x.ID, "test_name": "regression " + x.ID[:8]}}
	var steps []NextStep
	switch a.Category {
	case "transient":
		steps = []NextStep{trace, retry, log}
	case "code", "runtime":
		steps = []NextStep{look, fix, keep}
	case "input", "client":
		steps = []NextStep{log, fix, keep}
	case "system":
		steps = []NextStep{trace, fix, retry}
	default:
		steps = []NextStep{log, look, fix}
	}
	if !x.Recorded {
		steps = slices.DeleteFunc(steps, func(s NextStep) bool { return s.Tool == look.Tool || s.Tool == keep.Tool })
	}
	if !canRetry(x) {
		steps = slices.DeleteFunc(steps, func(s NextStep) bool { return s.Tool == retry.Tool })
	}
	return steps
}
