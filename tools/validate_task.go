package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// ValidateTaskIn are the arguments of ratchet_validate_task.
type ValidateTaskIn struct {
	TaskID       string          `json:"task_id" jsonschema_description:"a stored task; with code and both schemas it may be a new name" shown:"may be new when code and both schemas are given"`
	Code         *string         `json:"code,omitempty" jsonschema:"maxLength=1048576" jsonschema_description:"check this instead of the stored code" shown:"instead of the stored code"`
	InputSchema  json.RawMessage `json:"input_schema,omitempty" jsonschema:"type=object"`
	OutputSchema json.RawMessage `json:"output_schema,omitempty" jsonschema:"type=object"`
	TestCases    *[]TestCaseIn   `json:"test_cases,omitempty" jsonschema:"maxItems=100" jsonschema_description:"tests to check with instead of the stored ones" shown:"instead of the stored tests; form as in ratchet_create_task"`
	Files        json.RawMessage `json:"files,omitempty" jsonschema:"type=object" jsonschema_description:"files besides the code, merged with the stored ones; null removes one" shown:"as in ratchet_edit_task"`
	RunTests     bool            `json:"run_tests,omitempty" jsonschema:"default=true"`
	SyntaxOnly   bool            `json:"syntax_only,omitempty" jsonschema_description:"stop after parsing" shown:"only parse"`
}

// ValidateTaskOut is the result of ratchet_validate_task.
type ValidateTaskOut struct {
	TaskID            *string              `json:"task_id" jsonschema:"nullable" jsonschema_description:"null when the task is not stored"`
	TaskName          string               `json:"task_name"`
	Valid             bool                 `json:"valid"`
	ValidationResults []CheckResult        `json:"validation_results"`
	TestResults       *executor.TestReport `json:"test_results,omitempty"`
	Message           string               `json:"message"`
}

// ValidateTask checks a task without storing anything.
var ValidateTask = registry.Define(registry.Spec{
	Name: "ratchet_validate_task", Title: "Validate task", Toolset: "core", Category: "development",
	Forms: mockForms(),
	Doc: "Call this to check a stored task, or changes to it, without storing anything: syntax, entry point, schemas and tests. " +
		"Give new test_cases with the change they belong to. A bad task is a result with valid: false and the place of each problem, not an error. " +
		"Next: ratchet_edit_task or ratchet_create_task.",
	Omits:  slices.Concat([]string{"task_id", "validation_results[status=passed]", "test_results.test_run_id", "test_results.tests[status=passed]"}, leanTests("test_results")),
	Effect: registry.Reads, Executes: true,
	Also:   map[string]string{"source_code": "code"},
	Routes: []registry.Route{{Method: "POST", Path: "/tasks/{task_id}/validate", Field: "validateTask"}},
	Examples: []registry.Example{{
		Title: "Check a change before making it",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add","code":"export default (input) => ({ sum: input.b + input.a })"}`),
	}, {
		Title: "Check a change together with its new tests",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args: json.RawMessage(`{"task_id":"add","code":"export default (input) => ({ total: input.a + input.b })","output_schema":{"type":"object","properties":{"total":{"type":"number"}},"required":["total"]},` +
			`"test_cases":[{"name":"two and three","input":{"a":2,"b":3},"expected_output":{"total":5}}]}`),
	}},
}, validateTask)

func validateTask(ctx context.Context, d *registry.Deps, in ValidateTaskIn) (ValidateTaskOut, error) {
	t, err := executor.FindTask(ctx, d.Store, in.TaskID)
	isNew := ratchet.CodeOf(err) == ratchet.CodeNotFound && in.Code != nil && (in.SyntaxOnly || in.InputSchema != nil && in.OutputSchema != nil)
	switch {
	case isNew:
		t = &ratchet.Task{Name: in.TaskID, Version: "0.1.0"}
	case ratchet.CodeOf(err) == ratchet.CodeNotFound && in.Code != nil:
		return ValidateTaskOut{}, ratchet.AsError(err).WithHint("for a new task give code, input_schema and output_schema; for a stored one check task_id with ratchet_list_available_tasks")
	case err != nil:
		return ValidateTaskOut{}, err
	}
	if err := in.apply(t); err != nil {
		return ValidateTaskOut{}, err
	}
	// What is checked is not what is stored: it must not share its caches.
	t.Checksum = ""
	found, err := checkTask(ctx, d, t, in.Code != nil || t.Language == "", in.SyntaxOnly)
	if err != nil {
		return ValidateTaskOut{}, err
	}
	if !in.SyntaxOnly {
		if err := found.secrets(d.Store.MayDeclare(ctx, t)); err != nil {
			return ValidateTaskOut{}, err
		}
	}
	out := ValidateTaskOut{TaskName: t.Name, Valid: len(found.failed()) == 0}
	if !isNew {
		out.TaskID = &t.ID
	}
	switch {
	case in.SyntaxOnly:
	case !in.RunTests || !out.Valid:
		found.add(CheckResult{Type: "tests", Status: "skipped", Message: "the tests were not run"})
	default:
		// Without an id neither the test run nor its executions are stored.
		probe := *t
		probe.ID = ""
		report, err := found.tests(ctx, d, &probe)
		if err != nil {
			return ValidateTaskOut{}, err
		}
		if report != nil {
			report.ID, report.TaskID = "", t.ID
			out.TestResults = report
		}
	}
	problems := 0
	for _, r := range found.results {
		if r.Status == "failed" {
			problems++
			out.Valid = false
		}
	}
	out.ValidationResults = found.results
	out.Message = "the task is valid"
	if !out.Valid {
		checks := "checks"
		if problems == 1 {
			checks = "check"
		}
		out.Message = fmt.Sprintf("the task is not valid: %d %s failed", problems, checks)
	} else if !isNew && in.stored() && !in.SyntaxOnly {
		out.Message = "the stored task is valid"
		if in.RunTests {
			markValidated(ctx, d, t, found)
		}
	}
	return out, nil
}

// stored says that nothing is proposed in place of what is stored.
func (in ValidateTaskIn) stored() bool {
	return in.Code == nil && in.InputSchema == nil && in.OutputSchema == nil && in.TestCases == nil && len(in.Files) == 0
}

// apply puts what is proposed into t.
func (in ValidateTaskIn) apply(t *ratchet.Task) error {
	if in.Code != nil {
		t.Code = *in.Code
	}
	if in.InputSchema != nil {
		t.InputSchema = in.InputSchema
	}
	if in.OutputSchema != nil {
		t.OutputSchema = in.OutputSchema
	}
	if in.TestCases != nil {
		cases, err := testCases(*in.TestCases, "/test_cases")
		if err != nil {
			return err
		}
		t.Tests = cases
	}
	files, err := mergeFiles(t.Files, in.Files)
	if err != nil {
		return err
	}
	t.Files = files
	return nil
}
