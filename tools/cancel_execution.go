package tools

import (
	"context"

	"ratchet/registry"
)

// CancelExecutionIn are the arguments of ratchet_cancel_execution.
type CancelExecutionIn struct {
	ExecutionID string `json:"execution_id" jsonschema_description:"UUID or number" shown:""`
	Reason      string `json:"reason,omitempty" jsonschema:"maxLength=1000" jsonschema_description:"kept with the execution" shown:""`
	Force       bool   `json:"force,omitempty" jsonschema_description:"end the worker at once instead of asking the script first" shown:"end the worker at once"`
}

// CancelExecutionOut is the result of ratchet_cancel_execution.
type CancelExecutionOut struct {
	ExecutionRef
	Message string `json:"message"`
}

// CancelExecution ends a run.
var CancelExecution = registry.Define(registry.Spec{
	Name: "ratchet_cancel_execution", Title: "Cancel an execution", Toolset: "core", Category: "execution",
	TypesWith: "control", // they were named before it joined the core
	Doc: "Call this to end a pending or running execution. " +
		"The script's context.signal aborts; its worker is ended five seconds later, or at once with force.",
	Effect: registry.Writes, Routes: []registry.Route{{Method: "POST", Path: "/executions/{execution_id}/cancel", Field: "cancelExecution"}},
}, cancelExecution)

func cancelExecution(ctx context.Context, d *registry.Deps, in CancelExecutionIn) (CancelExecutionOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return CancelExecutionOut{}, err
	}
	x, err := d.Exec.Cancel(ctx, in.ExecutionID, in.Reason, in.Force)
	if err != nil {
		return CancelExecutionOut{}, err
	}
	message := "the execution is " + string(x.Status)
	if !x.Status.Terminal() {
		message = "the execution was asked to stop and has not ended yet"
	}
	return CancelExecutionOut{ExecutionRef: executionRef(x), Message: message}, nil
}
