package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// GetTaskIn are the arguments of ratchet_get_task.
type GetTaskIn struct {
	TaskID string   `json:"task_id" jsonschema:"minLength=1" jsonschema_description:"name, name@version, UUID or number" shown:"name, name@version or id"`
	Fields []string `json:"fields,omitempty" jsonschema_description:"return only these (dotted) fields" shown:"only these"`
}

// TaskView is a task with its code.
type TaskView struct {
	TaskItem
	Language  string             `json:"language"`
	Code      string             `json:"code"`
	Files     map[string]string  `json:"files,omitempty" jsonschema_description:"besides the code, by name"`
	Metadata  json.RawMessage    `json:"metadata,omitempty"`
	TestCases []ratchet.TestCase `json:"test_cases"`
	Checksum  string             `json:"checksum" jsonschema_description:"of code, schemas, metadata and tests"`
	Revision  string             `json:"revision" jsonschema_description:"for expected_revision of ratchet_edit_task; another one after every edit"`
}

// GetTask shows one task.
var GetTask = registry.Define(registry.Spec{
	Name: "ratchet_get_task", Title: "Get task", Toolset: "core", Category: "discovery",
	Shows:     map[string]string{"source_code": "code"},
	TypesWith: "control", // they were named before it joined the core
	Doc: "Call this to read one task whole: code, schemas, metadata, tests and revision. " +
		"Next: ratchet_edit_task with the revision as expected_revision.",
	Omits:  append(leanTask(""), "checksum", "metadata={}"),
	Effect: registry.Reads,
	Routes: []registry.Route{
		{Method: "GET", Path: "/tasks/{task_id}", Field: "task"},
		{Method: "GET", Path: "/mcp/tasks/{task_id}", Doc: "One task"},
		{Field: "taskByUuid", Doc: "One task"},
	},
	Examples: []registry.Example{{
		Title: "Read a task before changing it",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add"}`),
	}},
}, getTask)

func getTask(ctx context.Context, d *registry.Deps, in GetTaskIn) (registry.Row[TaskView], error) {
	t, err := executor.FindTask(ctx, d.Store, in.TaskID)
	if err != nil {
		return registry.Row[TaskView]{}, err
	}
	view := TaskView{
		TaskItem: taskItem(d, t, true), Language: string(t.Language), Code: t.Code, Files: t.Files, Metadata: t.Metadata,
		TestCases: append([]ratchet.TestCase{}, t.Tests...), Checksum: t.Checksum, Revision: taskRevision(t),
	}
	rows, err := registry.Rows([]TaskView{view}, in.Fields)
	if err != nil {
		return registry.Row[TaskView]{}, err
	}
	return rows[0], nil
}
