package tools

import (
	"context"
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/storage"
)

// UpdateExecutionIn are the arguments of ratchet_update_execution.
type UpdateExecutionIn struct {
	ExecutionID  string          `json:"execution_id" jsonschema_description:"UUID or number"`
	Status       string          `json:"status,omitempty" jsonschema:"enum=running,enum=completed,enum=success,enum=failed,enum=cancelled,enum=timed_out"`
	Output       json.RawMessage `json:"output,omitempty" jsonschema_description:"any JSON; with a status that ends it"`
	ErrorMessage string          `json:"error_message,omitempty" jsonschema_description:"with status failed"`
	ErrorDetails map[string]any  `json:"error_details,omitempty"`
	Progress     *float64        `json:"progress,omitempty" jsonschema:"minimum=0,maximum=1"`
	Step         string          `json:"step,omitempty" jsonschema_description:"of the progress"`
	Message      string          `json:"message,omitempty" jsonschema_description:"of the progress"`
}

// UpdateExecution changes the row of work done elsewhere.
var UpdateExecution = registry.Define(registry.Spec{
	Name: "ratchet_update_execution", Title: "Update execution", Toolset: "control", Category: "execution",
	Doc: "Call this to say how work goes that is done outside Ratchet and was recorded by ratchet_store_result as pending or running: " +
		"its progress, or its end with output or error. Executions that Ratchet runs are not changed by hand.",
	Omits:  leanState(),
	Effect: registry.Writes, Idempotent: true,
	Routes: []registry.Route{
		{Method: "PATCH", Path: "/executions/{execution_id}", Field: "updateExecution"},
		{Method: "PUT", Path: "/executions/{execution_id}"},
	},
}, updateExecution)

func updateExecution(ctx context.Context, d *registry.Deps, in UpdateExecutionIn) (StatusView, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return StatusView{}, err
	}
	x, err := d.Store.Execution(ctx, in.ExecutionID)
	if err != nil {
		return StatusView{}, err
	}
	if err := in.allowed(x); err != nil {
		return StatusView{}, err
	}
	if in.Progress != nil {
		x.Progress = &ratchet.Progress{Fraction: *in.Progress, Step: in.Step, Message: in.Message, At: now(d).UTC()}
	}
	if err := in.write(ctx, d, x); err != nil {
		return StatusView{}, err
	}
	if x, err = d.Store.Execution(ctx, x.ID); err != nil {
		return StatusView{}, err
	}
	if d.Bus != nil {
		d.Bus.Publish(ratchet.Event{Kind: events.ExecutionUpdated, ID: x.ID, Task: x.TaskName, At: now(d), Data: x})
	}
	return statusView(d, x), nil
}

// allowed refuses what must not be changed by hand.
func (in UpdateExecutionIn) allowed(x *ratchet.Execution) error {
	terminal := in.Status != "" && parseStatus(in.Status).Terminal()
	switch {
	case x.Origin != ratchet.OriginExternal:
		return ratchet.Errorf(ratchet.CodeConflict, "execution %s is run by this server and is not changed by hand", x.ID).
			At("/execution_id").WithHint("only rows of ratchet_store_result can be; end a run with ratchet_cancel_execution")
	case x.Status.Terminal():
		return ratchet.Errorf(ratchet.CodeConflict, "execution %s is %s already and does not change", x.ID, x.Status).At("/execution_id").
			WithHint("store another result with ratchet_store_result")
	case in.Status == "" && in.Progress == nil:
		return ratchet.Errorf(ratchet.CodeInvalid, "there is nothing to change").At("/status").WithHint("give status or progress")
	case !terminal && (in.Output != nil || in.ErrorMessage != "" || in.ErrorDetails != nil):
		return ratchet.Errorf(ratchet.CodeInvalid, "output, error_message and error_details go with the status that ends the execution").At("/status").
			With(ratchet.FieldAllowed, []string{"completed", "failed", "cancelled", "timed_out"})
	case parseStatus(in.Status) == ratchet.StatusFailed && in.ErrorMessage == "":
		return ratchet.Errorf(ratchet.CodeInvalid, "status failed needs an error_message").At("/error_message").
			WithHint("say in error_message what went wrong")
	case in.Progress == nil && (in.Step != "" || in.Message != ""):
		return ratchet.Errorf(ratchet.CodeInvalid, "step and message go with progress").At("/progress")
	}
	return nil
}

// write stores the change.
func (in UpdateExecutionIn) write(ctx context.Context, d *registry.Deps, x *ratchet.Execution) error {
	status := parseStatus(in.Status)
	if in.Status != "" && status.Terminal() {
		x.Status, x.Output, x.CompletedAt = status, in.Output, now(d).UTC().Truncate(time.Microsecond)
		if x.StartedAt.IsZero() {
			x.StartedAt = x.QueuedAt
		}
		if in.ErrorMessage != "" || len(in.ErrorDetails) > 0 {
			x.Error = &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "external_error", Message: in.ErrorMessage, Details: in.ErrorDetails}
		}
		return d.Store.FinishExecution(ctx, x, storage.Finish{})
	}
	if status == ratchet.StatusRunning && x.Status == ratchet.StatusPending {
		if err := d.Store.MarkRunning(ctx, x.ID, now(d).UTC()); err != nil {
			return err
		}
	}
	if in.Progress != nil {
		return d.Store.SetProgress(ctx, x.ID, *x.Progress)
	}
	return nil
}
