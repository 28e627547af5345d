package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ratchet"
	"ratchet/executor"
)

// tests runs the task's tests offline and adds their outcome. The report is
// nil when there are none.
func (c *checks) tests(ctx context.Context, d *Deps, t *ratchet.Task) (*executor.TestReport, error) {
	if len(t.Tests) == 0 {
		c.add(CheckResult{
			Type: "tests", Status: "warning", Code: "NO_TESTS", Field: "/test_cases",
			Message: "the task has no tests", Error: "add test_cases with input and expected_output",
		})
		return nil, nil
	}
	caller := CallerFrom(ctx)
	report, err := d.Exec.RunTests(ctx, t, executor.TestOptions{Principal: caller.Principal, Trace: caller.Trace})
	if err != nil {
		return nil, fmt.Errorf("run the tests of %s: %w", t.Name, err)
	}
	failures := report.Failures()
	if len(failures) == 0 {
		c.add(CheckResult{Type: "tests", Status: "passed", Message: fmt.Sprintf("%d tests passed, %d skipped", report.Passed, report.Skipped)})
		return report, nil
	}
	names := make([]string, len(failures))
	for i, one := range failures {
		names[i] = one.Name
	}
	c.add(CheckResult{
		Type: "tests", Status: "failed", Code: "TESTS_FAILED", Field: "/test_cases",
		Message: fmt.Sprintf("%d of %d tests failed: %s", report.Failed, report.Total, strings.Join(names, ", ")),
		Error:   "test_results shows the differences",
	})
	return report, nil
}

// valid says that nothing failed, the tests included.
func (c *checks) valid() bool {
	return !slices.ContainsFunc(c.results, func(r CheckResult) bool { return r.Status == "failed" })
}

// markValidated records that the stored task passed all checks, if it did.
func (d *Deps) markValidated(ctx context.Context, t *ratchet.Task, found *checks) {
	if !found.valid() {
		return
	}
	if err := d.Store.MarkValidated(ctx, t.ID); err != nil && d.Log != nil {
		d.Log.Error("mark a task validated", "task", t.Name, "error", err)
	}
}
