package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// ExecuteTaskIn are the arguments of ratchet_execute_task.
type ExecuteTaskIn struct {
	TaskID         string          `json:"task_id" jsonschema_description:"name, name@version or id of the task" shown:"name, name@version or id"`
	Input          json.RawMessage `json:"input" jsonschema:"type=object" jsonschema_description:"what the task gets; must fit its input schema" shown:"fits the input schema"`
	Trace          bool            `json:"trace,omitempty" jsonschema:"default=true" jsonschema_description:"keep steps and spans; the recording is kept anyway" shown:"-"`
	Profile        bool            `json:"profile,omitempty" jsonschema_description:"instrument this run: function spans and line coverage, slower; a replay of the recording gives them later" shown:"function spans and coverage; slower"`
	Timeout        int             `json:"timeout,omitempty" jsonschema:"minimum=1" jsonschema_description:"wall clock of the run in seconds; default: the task's, then 300" shown:"seconds"`
	StreamProgress bool            `json:"stream_progress,omitempty" jsonschema_description:"send progress when the request has a progress token" shown:"-"`
	ProgressFilter *ProgressFilter `json:"progress_filter,omitempty" shown:"-"`
	Wait           float64         `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait for the end; 0 returns the handle at once" shown:"seconds; 0 returns at once"`
	IdempotencyKey string          `json:"idempotency_key,omitempty" jsonschema:"minLength=1,maxLength=255" jsonschema_description:"a repeated key returns the first execution" shown:"a repeated key returns the first run"`
	Priority       string          `json:"priority,omitempty" jsonschema:"enum=low,enum=normal,enum=high,enum=critical,enum=urgent,default=normal" synonyms:"urgent"`
}

// ExecuteTask runs a task once.
var ExecuteTask = registry.Define(registry.Spec{
	Name: "ratchet_execute_task", Title: "Execute a task", Toolset: "core", Category: "execution",
	Inspected: true,
	Doc: "Call this to run a task once and get its output. " +
		"A run that outlasts wait goes on: the answer is status running with an execution_id for ratchet_get_execution_status. " +
		"A failed run names line and column. Next after a failure: ratchet_analyze_execution_error or ratchet_edit_task.",
	Omits:  leanRun(),
	Effect: registry.Writes, Executes: true, OpenWorld: true,
	Routes: []registry.Route{
		{Method: "POST", Path: "/tasks/{task_id}/execute", Field: "executeTaskDirect"},
		{Method: "POST", Path: "/executions", Field: "createExecution", Created: "/executions/{execution_id}"},
	},
	Also: map[string]string{"input_data": "input"},
	Misnomers: map[string]string{
		"version": "write the version behind the task, as in task_id adder@1.0.0",
		"async":   "wait 0 answers at once, with an execution_id",
	},
	Examples: []registry.Example{{
		Title: "Run a task by name",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: json.RawMessage(`{"name":"double","description":"Doubles a number","code":"export default (i) => ({n: i.n * 2})","input_schema":{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]},"output_schema":{"type":"object","properties":{"n":{"type":"number"}}}}`)}},
		Args:  json.RawMessage(`{"task_id":"double","input":{"n":21}}`),
	}},
}, executeTask)

func executeTask(ctx context.Context, d *registry.Deps, in ExecuteTaskIn) (RunOut, error) {
	filter := in.ProgressFilter
	switch {
	case !in.StreamProgress:
		filter = nil
	case filter == nil:
		filter = &ProgressFilter{}
	}
	return startAndWait(ctx, d, executor.Request{
		Task: in.TaskID, Input: in.Input, NoTrace: !in.Trace, Profile: in.Profile, Timeout: seconds(float64(in.Timeout)),
		Priority: ratchet.ParsePriority(in.Priority), IdempotencyKey: in.IdempotencyKey,
	}, seconds(in.Wait), filter)
}
