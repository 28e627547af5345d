package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
)

// DeleteExecutionIn are the arguments of ratchet_delete_execution.
type DeleteExecutionIn struct {
	ExecutionID string `json:"execution_id" jsonschema_description:"UUID or number"`
}

// DeleteExecutionOut is the result of ratchet_delete_execution.
type DeleteExecutionOut struct {
	ExecutionID string `json:"execution_id"`
	TaskName    string `json:"task_name"`
	Status      string `json:"status" jsonschema_description:"it had"`
	DeletedAt   string `json:"deleted_at"`
}

// DeleteExecution removes an execution that has ended.
var DeleteExecution = registry.Define(registry.Spec{
	Name: "ratchet_delete_execution", Title: "Delete execution", Toolset: "control", Category: "execution",
	Doc: "Call this to remove an execution that has ended, with its input, output, logs and recording, for good. " +
		"One that has not ended is refused: end it with ratchet_cancel_execution first.",
	Effect:   registry.Destroys,
	Routes:   []registry.Route{{Method: "DELETE", Path: "/executions/{execution_id}", Field: "deleteExecution"}},
	Examples: []registry.Example{{Title: "Remove what one run left", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1"}`)}},
}, deleteExecution)

func deleteExecution(ctx context.Context, d *registry.Deps, in DeleteExecutionIn) (DeleteExecutionOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return DeleteExecutionOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return DeleteExecutionOut{}, err
	}
	if !x.Status.Terminal() {
		return DeleteExecutionOut{}, ratchet.Errorf(ratchet.CodeConflict, "execution %s is %s", x.ID, x.Status).At("/execution_id").
			WithHint("end it with ratchet_cancel_execution first").Next("ratchet_cancel_execution", map[string]any{"execution_id": x.ID})
	}
	if err := d.Store.DeleteExecution(ctx, x.ID); err != nil {
		return DeleteExecutionOut{}, err
	}
	if d.Bus != nil {
		d.Bus.Publish(ratchet.Event{Kind: events.ExecutionDeleted, ID: x.ID, Task: x.TaskName, At: now(d), Data: x})
	}
	return DeleteExecutionOut{ExecutionID: x.ID, TaskName: x.TaskName, Status: string(x.Status), DeletedAt: registry.Stamp(now(d))}, nil
}
