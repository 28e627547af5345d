package tools

import (
	"encoding/json"
	"strings"
	"testing"

	"ratchet/analysis"
)

// TestReportKeepsItsBudget writes a report that has too much of everything in
// every budget that may be asked for, in both forms.
func TestReportKeepsItsBudget(t *testing.T) {
	long := strings.Repeat("a long text <of> \"markup\"\n", 400)
	input, err := json.Marshal(map[string]any{"text": long, "list": make([]int, 500)})
	if err != nil {
		t.Fatal(err)
	}
	whole := func() ErrorReport {
		pattern := analysis.Pattern{ID: "p", Name: long, Suggestions: []string{long}}
		r := ErrorReport{
			Summary: ErrorAnalysis{
				Type: "javascript_error", Category: "runtime", RootCause: long, Impact: long, Severity: "medium", Message: long,
				Location: &ErrorLocation{"main.js", 100, 100, long}, MatchedBy: "typed_error", Patterns: []analysis.Pattern{pattern},
			},
			Execution: &ErrorContext{Input: input},
			System:    map[string]any{"a": long}, Operations: []map[string]any{{"a": long}}, Similar: make([]SimilarError, 50),
			Relevant: map[string]any{"log": long}, Prompts: []string{long},
			Metadata: map[string]any{"report_version": "1.0", "generated_at": "2026-01-02T03:04:05.678Z"},
		}
		r.Patterns = r.Summary.Patterns
		return r
	}
	for form, size := range map[string]func(json.RawMessage) int{
		"llm": func(raw json.RawMessage) int { return len(raw) }, "markdown": func(raw json.RawMessage) int { return len(reportMarkdown(raw)) },
	} {
		for _, tokens := range []int{256, 300, 500, 1000, 4000, 100_000} {
			raw, cut, err := withinBudget(whole(), tokens*bytesPerToken, size)
			if err != nil {
				t.Fatal(err)
			}
			var told struct {
				Metadata struct {
					Tokens int `json:"context_tokens_estimate"`
				} `json:"metadata"`
			}
			if err := json.Unmarshal(raw, &told); err != nil {
				t.Fatal(err)
			}
			got := (size(raw) + bytesPerToken - 1) / bytesPerToken
			if got > tokens || told.Metadata.Tokens < got || told.Metadata.Tokens > got+2 || (len(cut) > 0) == (tokens == 100_000) {
				t.Errorf("%s of %d tokens: %d, said to be %d, cut %v", form, tokens, got, told.Metadata.Tokens, cut)
			}
		}
	}
}
