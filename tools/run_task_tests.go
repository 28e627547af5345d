package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// RunTestsIn are the arguments of ratchet_run_task_tests.
type RunTestsIn struct {
	TaskID        string          `json:"task_id" jsonschema_description:"name, UUID or number" shown:""`
	TestNames     []string        `json:"test_names,omitempty" jsonschema_description:"exact names or globs; empty = all" shown:"names or globs"`
	Parallel      bool            `json:"parallel,omitempty" jsonschema_description:"up to four at once" shown:"-"`
	StopOnFailure bool            `json:"stop_on_failure,omitempty" jsonschema_description:"skip the rest after a failure" shown:""`
	IncludeTraces bool            `json:"include_traces,omitempty" jsonschema:"default=true" jsonschema_description:"trace of failing tests" shown:"-"`
	Coverage      bool            `json:"coverage,omitempty" jsonschema_description:"statement coverage by line" shown:"line coverage"`
	Input         json.RawMessage `json:"input,omitempty" jsonschema:"type=object" jsonschema_description:"run this input only, without an expectation" shown:"run this input alone"`
	Live          bool            `json:"live,omitempty" jsonschema_description:"tests without mocks may reach the network" shown:"tests without mocks may use the network"`
	Wait          float64         `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait for the end" shown:"seconds"`
	TestRunID     string          `json:"test_run_id,omitempty" jsonschema_description:"wait for this run instead of starting one" shown:"wait for this run, start none"`
}

// RunTests runs a task's stored tests.
var RunTests = registry.Define(registry.Spec{
	Name: "ratchet_run_task_tests", Title: "Run a task's tests", Toolset: "core", Category: "development",
	Doc: "Call this after you changed a task, to see whether its tests pass. They run offline unless live: each test's mock answers fetch. " +
		"A failing test shows what differs. Next: ratchet_edit_task or ratchet_execute_task.",
	Omits:  leanTests(""),
	Effect: registry.Writes, Executes: true, Routes: []registry.Route{
		{Method: "POST", Path: "/tasks/{task_id}/test", Field: "runTaskTests"},
		{Method: "POST", Path: "/mcp/tasks/{task_id}/test", Field: "mcpTestTask"},
	},
	Examples: []registry.Example{{
		Title: "Run all tests of a task",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add"}`),
	}},
}, runTaskTests)

func runTaskTests(ctx context.Context, d *registry.Deps, in RunTestsIn) (executor.TestReport, error) {
	task, err := executor.FindTask(ctx, d.Store, in.TaskID)
	if err != nil {
		return executor.TestReport{}, err
	}
	var report *executor.TestReport
	if in.TestRunID != "" {
		report, err = d.Exec.WaitTests(ctx, in.TestRunID, seconds(in.Wait))
		if err == nil && report.TaskID != task.ID {
			err = ratchet.Errorf(ratchet.CodeNotFound, "task %s has no test run %s", task.Name, in.TestRunID).
				At("/test_run_id").WithHint("that run belongs to task %s", report.TaskName)
		}
	} else {
		caller := registry.CallerFrom(ctx)
		report, err = d.Exec.StartTests(ctx, task, executor.TestOptions{
			Names: in.TestNames, Parallel: in.Parallel, StopOnFailure: in.StopOnFailure, NoTraces: !in.IncludeTraces,
			Coverage: in.Coverage, Input: in.Input, Live: in.Live, Principal: caller.Principal, Trace: caller.Trace,
		}, seconds(in.Wait))
	}
	if err != nil {
		return executor.TestReport{}, err
	}
	return *report, nil
}
