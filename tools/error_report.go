package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/analysis"
)

// ErrorReport is a failure in the form a model reads.
type ErrorReport struct {
	Summary    ErrorAnalysis      `json:"error_summary"`
	Execution  *ErrorContext      `json:"execution_context"`
	System     map[string]any     `json:"system_state,omitempty"`
	Operations []map[string]any   `json:"recent_operations"`
	Similar    []SimilarError     `json:"similar_errors"`
	Patterns   []analysis.Pattern `json:"matched_patterns"`
	Relevant   map[string]any     `json:"relevant_context"`
	Prompts    []string           `json:"suggested_prompts,omitempty"`
	Metadata   map[string]any     `json:"metadata"`
}

// bytesPerToken is the usual estimate.
const bytesPerToken = 4

// report adds the report that was asked for.
func (o *AnalyzeErrorOut) report(ctx context.Context, d *registry.Deps, x *ratchet.Execution, in AnalyzeErrorIn) error {
	if in.Format == "json" {
		return nil
	}
	r := ErrorReport{
		Summary: o.Analysis, Execution: o.Context, Similar: o.Similar, Patterns: o.Analysis.Patterns,
		Relevant: map[string]any{"log": o.Log, "suggestions": o.Suggestions, "next_steps": o.NextSteps},
		Metadata: map[string]any{"report_version": "1.0", "generated_at": o.At},
	}
	if in.SystemContext {
		r.System = map[string]any{"time": o.At, "isolation": x.Isolation}
		if !registry.CallerFrom(ctx).Identity.Scope.LimitsTasks() { // it counts runs of all tasks
			r.System["waiting_runs"] = d.Exec.Waiting()
		}
	}
	if in.Prompts {
		r.Prompts = []string{
			fmt.Sprintf("Explain why %s happens and propose the smallest change that fixes it.", o.Analysis.RootCause),
			"Which test would have caught this? Write it as a test case of the task.",
		}
	}
	var err error
	if r.Operations, err = recentOperations(ctx, d, x, time.Duration(in.Window)*time.Second); err != nil {
		return err
	}
	size := func(raw json.RawMessage) int { return len(raw) }
	if in.Format == "markdown" {
		size = func(raw json.RawMessage) int { return len(reportMarkdown(raw)) }
	}
	raw, cut, err := withinBudget(r, in.MaxTokens*bytesPerToken, size)
	if err != nil {
		return err
	}
	if in.Format == "llm" {
		o.Report = raw
	} else {
		o.Markdown = reportMarkdown(raw)
	}
	o.Truncated = append(o.Truncated, cut...)
	return nil
}

// recentOperations are the task's runs shortly before.
func recentOperations(ctx context.Context, d *registry.Deps, x *ratchet.Execution, window time.Duration) ([]map[string]any, error) {
	page, err := d.Store.ListExecutions(ctx, ratchet.Query{
		Limit: 10, SortBy: "queued_at", Desc: true,
		Filters: []ratchet.Filter{
			{Field: "task_id", Operator: ratchet.OpEQ, Value: x.TaskID},
			likewise(x),
			{Field: "queued_after", Operator: ratchet.OpEQ, Value: registry.Stamp(x.QueuedAt.Add(-window))},
			{Field: "queued_before", Operator: ratchet.OpEQ, Value: registry.Stamp(x.QueuedAt.Add(time.Millisecond))},
		},
	})
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for i := range page.Items {
		other := &page.Items[i]
		list = append(list, map[string]any{"execution_id": other.ID, "status": other.Status, "queued_at": registry.Stamp(other.QueuedAt), "duration_ms": durationMS(other)})
	}
	return list, nil
}

// shrinks make a report smaller, the least relevant part first.
var shrinks = []struct {
	field  string
	reduce func(*ErrorReport)
}{
	{"suggested_prompts", func(r *ErrorReport) { r.Prompts = nil }},
	{"recent_operations", func(r *ErrorReport) { r.Operations = []map[string]any{} }},
	{"system_state", func(r *ErrorReport) { r.System = nil }},
	{"similar_errors", func(r *ErrorReport) { r.Similar = r.Similar[:min(3, len(r.Similar))] }},
	{"relevant_context", func(r *ErrorReport) { r.Relevant = map[string]any{} }},
	{"matched_patterns", func(r *ErrorReport) { r.Patterns, r.Summary.Patterns = []analysis.Pattern{}, []analysis.Pattern{} }},
	{"execution_context", func(r *ErrorReport) { r.Execution = nil }},
	{"error_summary", func(r *ErrorReport) { r.Summary = r.Summary.brief(100) }},
	{"error_summary", func(r *ErrorReport) { r.Summary = r.Summary.brief(30) }},
}

// brief is the analysis with texts of at most n bytes and no source.
func (a ErrorAnalysis) brief(n int) ErrorAnalysis {
	for _, text := range []*string{&a.RootCause, &a.Impact, &a.Message} {
		if len(*text) > n {
			*text = registry.Prefix(*text, n) + "…"
		}
	}
	if a.Location != nil {
		at := *a.Location
		at.Snippet = ""
		a.Location = &at
	}
	return a
}

// withinBudget writes a report of at most budget bytes by size: first values
// are shortened, then parts are left out, then the summary is shortened.
func withinBudget(r ErrorReport, budget int, size func(json.RawMessage) int) (json.RawMessage, []string, error) {
	write := func() (json.RawMessage, error) {
		r.Metadata["context_tokens_estimate"] = 100_000 // as long as the largest one
		raw, err := json.Marshal(r)
		if err == nil {
			r.Metadata["context_tokens_estimate"] = (size(raw) + bytesPerToken - 1) / bytesPerToken
			raw, err = json.Marshal(r)
		}
		if err != nil {
			return nil, fmt.Errorf("write the report: %w", err)
		}
		return raw, nil
	}
	var cut []string
	raw, err := write()
	if err != nil || size(raw) <= budget {
		return raw, cut, err
	}
	if r.Execution != nil {
		short := *r.Execution
		short.Input = shortened(short.Input)
		r.Execution = &short
		cut = append(cut, "execution_context.input_data")
	}
	r.Metadata["truncated_fields"] = cut
	for _, s := range shrinks {
		if raw, err = write(); err != nil || size(raw) <= budget {
			return raw, cut, err
		}
		s.reduce(&r)
		cut = slices.DeleteFunc(cut, func(c string) bool { return c == s.field || strings.HasPrefix(c, s.field+".") })
		cut = append(cut, s.field)
		r.Metadata["truncated_fields"] = cut
	}
	raw, err = write()
	return raw, cut, err
}

// shortened keeps 100 characters of texts, 10 items of lists and 20 keys of objects.
func shortened(raw json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return json.RawMessage("null")
	}
	out, err := json.Marshal(shorten(v))
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}

func shorten(v any) any {
	switch t := v.(type) {
	case string:
		if len(t) > 100 {
			return registry.Prefix(t, 100) + "…"
		}
	case []any:
		t = t[:min(10, len(t))]
		for i := range t {
			t[i] = shorten(t[i])
		}
		return t
	case map[string]any:
		kept := make(map[string]any, 20)
		for _, k := range slices.Sorted(maps.Keys(t))[:min(20, len(t))] {
			kept[k] = shorten(t[k])
		}
		return kept
	}
	return v
}

// reportMarkdown shows a report as text: one heading for each part that holds
// anything.
func reportMarkdown(raw json.RawMessage) string {
	var b strings.Builder
	b.WriteString("# Error report\n")
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	if _, err := dec.Token(); err != nil {
		return b.String()
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			break
		}
		var part any
		if dec.Decode(&part) != nil {
			break
		}
		if empty(part) {
			continue
		}
		text, err := json.MarshalIndent(part, "", " ")
		if err != nil {
			break
		}
		fmt.Fprintf(&b, "\n## %s\n\n```json\n%s\n```\n", strings.ReplaceAll(fmt.Sprint(key), "_", " "), text)
	}
	return b.String()
}

func empty(part any) bool {
	switch part := part.(type) {
	case nil:
		return true
	case []any:
		return len(part) == 0
	case map[string]any:
		return len(part) == 0
	}
	return false
}
