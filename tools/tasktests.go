package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// tests runs the task's tests offline and adds their outcome. The report is
// nil when there are none.
func (c *checks) tests(ctx context.Context, d *registry.Deps, t *ratchet.Task) (*executor.TestReport, error) {
	if len(t.Tests) == 0 {
		c.add(CheckResult{
			Type: "tests", Status: "warning", Code: "NO_TESTS", Field: "/test_cases",
			Message: "the task has no tests", Error: "add test_cases with input and expected_output",
		})
		return nil, nil
	}
	caller := registry.CallerFrom(ctx)
	report, err := d.Exec.RunTests(ctx, t, executor.TestOptions{Principal: caller.Principal, Trace: caller.Trace})
	if err != nil {
		return nil, fmt.Errorf("run the tests of %s: %w", t.Name, err)
	}
	failures := report.Failures()
	if len(failures) == 0 {
		c.add(CheckResult{Type: "tests", Status: "passed", Message: fmt.Sprintf("%s passed, %d skipped", executor.Plural(report.Passed, "test"), report.Skipped)})
		return report, nil
	}
	names := make([]string, len(failures))
	for i, one := range failures {
		names[i] = one.Name
	}
	c.add(CheckResult{
		Type: "tests", Status: "failed", Code: "TESTS_FAILED", Field: "/test_cases",
		Message: report.Message + ": " + strings.Join(names, ", "),
		Error:   "test_results shows the differences",
	})
	return report, nil
}

// required runs the tests of a task that is stored only if they pass. It is an
// error that they fail, or that none is there to pass. No run of them is kept.
func (c *checks) required(ctx context.Context, d *registry.Deps, t *ratchet.Task) (*executor.TestReport, error) {
	probe := *t
	probe.ID = "" // without it neither the test run nor its executions are stored
	report, err := c.tests(ctx, d, &probe)
	if err != nil {
		return nil, err
	}
	if report == nil {
		return nil, notStored(t, "the task has no tests").
			WithHint("give test_cases [{name, input, expected_output}] with the change, or leave require_tests out")
	}
	report.ID, report.TaskID = "", t.ID
	if report.AllPassed {
		return report, nil
	}
	failing := report.Failures()
	if len(failing) == 0 {
		return nil, notStored(t, report.Message).WithHint("%s, or leave require_tests out", report.Hint)
	}
	names := make([]string, len(failing))
	for i, one := range failing {
		names[i] = one.Name
	}
	return nil, notStored(t, report.Message+": "+strings.Join(names, ", ")).
		With("failing_tests", failing).
		WithHint("failing_tests shows the differences: correct the code, or the test_cases where they expect something else, and call again; " +
			"ratchet_validate_task tries a change with its test_cases. Without require_tests the change is stored with a warning")
}

// notStored is the error of an edit whose tests do not pass.
func notStored(t *ratchet.Task, why string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeInvalid, "%s; nothing was stored, because require_tests is true", why).
		At("/test_cases").With("check", "TESTS_FAILED").With("success", false).With("task_name", t.Name)
}

// valid says that nothing failed, the tests included.
func (c *checks) valid() bool {
	return !slices.ContainsFunc(c.results, func(r CheckResult) bool { return r.Status == "failed" })
}

// markValidated records that the stored task passed all checks, if it did.
func markValidated(ctx context.Context, d *registry.Deps, t *ratchet.Task, found *checks) {
	if !found.valid() {
		return
	}
	if err := d.Store.MarkValidated(ctx, t.ID); err != nil && d.Log != nil {
		d.Log.Error("mark a task validated", "task", t.Name, "error", err)
	}
}
