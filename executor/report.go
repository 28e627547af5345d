package executor

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"ratchet/executor/compare"

	"ratchet"
	"ratchet/runtime"
)

// TestOptions choose which tests of a task run and how. The zero value runs
// all of them, one by one, offline.
type TestOptions struct {
	Names         []string // exact names or globs; empty = all
	Parallel      bool     // up to four at once
	StopOnFailure bool     // the rest is skipped
	NoTraces      bool     // failing tests report no trace
	Coverage      bool
	Input         json.RawMessage // run this input only, without an expectation; nil = the stored tests
	Live          bool            // tests without mocks may reach the network
	Principal     string
	Trace         ratchet.TraceContext // span that the runs are children of; zero = each begins a trace
}

// TestReport is the result of a test run, as run_task_tests answers it.
type TestReport struct {
	ID          string         `json:"test_run_id,omitempty"` // empty = nothing was stored
	Status      ratchet.Status `json:"status"`                // running, completed or failed
	TaskID      string         `json:"task_id"`
	TaskName    string         `json:"task_name"`
	Total       int            `json:"total_tests"`
	Passed      int            `json:"passed"`
	Failed      int            `json:"failed"`
	Skipped     int            `json:"skipped"`
	SuccessRate *float64       `json:"success_rate" jsonschema:"nullable"` // of the tests that ran, 0 to 1; null = none ran
	AllPassed   bool           `json:"all_passed"`
	Message     string         `json:"message"`
	Hint        string         `json:"hint,omitempty"`
	Tests       []TestResult   `json:"tests"`
	Coverage    *CoverReport   `json:"coverage,omitempty"`
	ExecutedAt  string         `json:"executed_at"`
}

// TestResult is the result of one test.
type TestResult struct {
	Name        string                  `json:"name"`
	Status      ratchet.TestStatus      `json:"status"`
	Reason      string                  `json:"reason,omitempty"`                  // why it was skipped or failed
	Duration    *float64                `json:"duration_ms" jsonschema:"nullable"` // null = not run
	Input       json.RawMessage         `json:"input"`
	Output      json.RawMessage         `json:"actual_output,omitempty"`
	Expected    json.RawMessage         `json:"expected_output,omitempty"`
	Diff        []compare.Difference    `json:"diff,omitempty"`
	Error       *ratchet.ExecutionError `json:"error,omitempty"`
	Warnings    []string                `json:"warnings,omitempty"` // what the script most likely did not mean
	Description string                  `json:"description,omitempty"`
	ExecutionID string                  `json:"execution_id,omitempty"`
	Trace       json.RawMessage         `json:"trace,omitempty"` // steps of a failing test

	coverage *runtime.Coverage
}

// CoverReport is coverage over all tests that ran.
type CoverReport struct {
	Percent *float64    `json:"percent" jsonschema:"nullable"` // of the lines that hold statements; null = nothing was measured
	Lines   map[int]int `json:"lines"`                         // executions by line; 0 = never
}

// tally fills the counts and the message from the tests.
func (r *TestReport) tally() {
	r.Total = len(r.Tests)
	for _, t := range r.Tests {
		switch t.Status {
		case ratchet.TestPassed:
			r.Passed++
		case ratchet.TestFailed:
			r.Failed++
		default:
			r.Skipped++
		}
	}
	if ran := r.Passed + r.Failed; ran > 0 {
		rate := float64(r.Passed) / float64(ran)
		r.SuccessRate = &rate
	}
	r.AllPassed = r.Failed == 0 && r.Passed > 0
	switch {
	case r.Total == 0:
		r.Message = "the task has no tests"
		r.Hint = "add one with " + ratchet.ToolEditTask + ": tests [{name, input, expected_output}]"
	case r.Failed > 0:
		r.Message = strconv.Itoa(r.Failed) + " of " + Plural(r.Total, "test") + " failed"
	case r.Passed == 0:
		r.Message = "no test was judged: all were skipped"
		r.Hint = "give the tests an expected_output or should_fail"
	default:
		r.Message = Plural(r.Passed, "test") + " passed"
	}
}

// cover merges the coverage of the tests. Which statements of a line ran in
// which test is not known across runs, so the merged figure counts lines.
func (r *TestReport) cover() {
	lines := make(map[int]int)
	for _, t := range r.Tests {
		if t.coverage == nil {
			continue
		}
		for line, n := range t.coverage.Lines {
			lines[line] += n
		}
	}
	r.Coverage = &CoverReport{Lines: lines}
	if len(lines) == 0 {
		return
	}
	executed := 0
	for n := range maps.Values(lines) {
		if n > 0 {
			executed++
		}
	}
	percent := 100 * float64(executed) / float64(len(lines))
	r.Coverage.Percent = &percent
}

// Failures returns the failing tests.
func (r *TestReport) Failures() []TestResult {
	return slices.DeleteFunc(slices.Clone(r.Tests), func(t TestResult) bool { return t.Status != ratchet.TestFailed })
}

func millis(d time.Duration) *float64 {
	v := ms(d)
	return &v
}
