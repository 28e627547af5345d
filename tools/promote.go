package tools

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/executor"
	"ratchet/storage"
)

// PromoteIn are the arguments of ratchet_promote_to_test.
type PromoteIn struct {
	ExecutionID string `json:"execution_id" jsonschema_description:"UUID or number of an ended execution"`
	TestName    string `json:"test_name" jsonschema:"minLength=1,maxLength=200"`
	Match       string `json:"match,omitempty" jsonschema:"enum=exact,enum=subset,enum=schema,enum=types,default=exact" jsonschema_description:"how later outputs are compared with the recorded one"`
	Description string `json:"description,omitempty" jsonschema:"maxLength=10000"`
}

// PromoteOut is the result of ratchet_promote_to_test.
type PromoteOut struct {
	TaskID          string          `json:"task_id"`
	TaskName        string          `json:"task_name"`
	TestName        string          `json:"test_name"`
	ExecutionID     string          `json:"execution_id"`
	Passed          bool            `json:"passed" jsonschema_description:"the test was run once, offline"`
	Mocks           int             `json:"mocks" jsonschema_description:"requests that the test answers"`
	Test            json.RawMessage `json:"test"`
	Checksum        string          `json:"checksum"`
	Warnings        []string        `json:"warnings"`
	Message         string          `json:"message"`
	TruncatedFields []string        `json:"truncated_fields,omitempty"`
	NextTool        *NextCall       `json:"next_tool,omitempty"`
}

// PromoteToTest makes a test from a recorded execution.
var PromoteToTest = registry.Define(registry.Spec{
	Name: "ratchet_promote_to_test", Title: "Promote an execution to a test", Toolset: "control", Category: "development",
	Forms:   mockForms(),
	Creates: true,
	Doc: "Call this to keep what an execution did as a test of its task: its input, its output or error as the expectation, and mocks for every request it made, with its time and randomness. " +
		"The test is run once offline and stored only when it passes. Next: ratchet_run_task_tests runs it with the others.",
	Omits: []string{"task_id", "checksum"},
	Needs: []ratchet.Right{ratchet.RightTraces}, Effect: registry.Writes, Executes: true,
	Routes: []registry.Route{{Method: "POST", Path: "/executions/{execution_id}/promote"}},
	Examples: []registry.Example{{
		Title: "Keep an execution as a test", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","test_name":"as recorded"}`),
	}},
}, promoteToTest)

func promoteToTest(ctx context.Context, d *registry.Deps, in PromoteIn) (PromoteOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return PromoteOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return PromoteOut{}, err
	}
	if !x.TaskDeleted {
		// Refuse before anything runs what could not be stored after it.
		t, err := activeTask(ctx, d, x.TaskID)
		if err == nil {
			err = changeable(d, t)
		}
		if err != nil {
			return PromoteOut{}, err
		}
	}
	caller := registry.CallerFrom(ctx)
	p, err := d.Exec.Promote(ctx, executor.PromoteRequest{
		Execution: x.ID, Name: in.TestName, Description: in.Description, Match: in.Match, Principal: caller.Principal, Trace: caller.Trace,
	})
	if err != nil {
		return PromoteOut{}, err
	}
	return storePromotion(ctx, d, x, p)
}

func storePromotion(ctx context.Context, d *registry.Deps, x *ratchet.Execution, p *executor.Promotion) (PromoteOut, error) {
	t := p.Task
	placeFolder(d, t)
	_, err := d.Store.UpdateTask(ctx, t, storage.UpdateOptions{
		ExpectedChecksum: t.Checksum, Note: "promoted execution " + x.ID + " to test " + p.Test.Name, Author: registry.CallerFrom(ctx).Principal,
	})
	if err != nil {
		return PromoteOut{}, err
	}
	out := PromoteOut{
		TaskID: t.ID, TaskName: t.Name, TestName: p.Test.Name, ExecutionID: x.ID, Passed: true, Checksum: t.Checksum,
		Warnings: []string{},
		Message:  fmt.Sprintf("task %s has the new test %q, which passes offline", t.Name, p.Test.Name),
		NextTool: &NextCall{"ratchet_run_task_tests", map[string]any{"task_id": t.Name}},
	}
	if p.Test.Mock != nil {
		out.Mocks = len(p.Test.Mock.HTTP)
	}
	if warning := saveFolder(ctx, d, t, nil); warning != "" {
		out.Warnings = append(out.Warnings, warning)
	}
	publish(d, events.TaskUpdated, t)
	if out.Test, err = json.Marshal(p.Test); err != nil {
		return PromoteOut{}, fmt.Errorf("render the test: %w", err)
	}
	out.TruncatedFields = registry.Cut(d.Settings.ResultLimit(), registry.Big{Name: "test", JSON: &out.Test})
	return out, nil
}
