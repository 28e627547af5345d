package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// RetryExecutionIn are the arguments of ratchet_retry_execution.
type RetryExecutionIn struct {
	ExecutionID    string          `json:"execution_id" jsonschema_description:"UUID or number"`
	Input          json.RawMessage `json:"input,omitempty" jsonschema:"type=object" jsonschema_description:"instead of the first input"`
	Version        string          `json:"version,omitempty" jsonschema_description:"task version to run; default: the active one"`
	ResetState     bool            `json:"reset_state,omitempty" jsonschema_description:"make every request anew; default: replies to POST and PATCH of earlier attempts are reused and those of unknown outcome are not repeated"`
	IdempotencyKey string          `json:"idempotency_key,omitempty" jsonschema:"minLength=1,maxLength=255"`
	Wait           float64         `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25"`
}

// RetryExecution runs a failed execution again.
var RetryExecution = registry.Define(registry.Spec{
	Name: "ratchet_retry_execution", Title: "Retry an execution", Toolset: "control", Category: "execution",
	Inspected: true,
	Creates:   true,
	Doc: "Call this to run a failed, timed out or cancelled execution again, as a new one linked by retry_of. " +
		"Its input is reused unless you give another, and so are the replies to its POST and PATCH requests. Next: as after ratchet_execute_task.",
	Omits:  leanRun(),
	Effect: registry.Writes, Executes: true, OpenWorld: true,
	Routes: []registry.Route{{Method: "POST", Path: "/executions/{execution_id}/retry", Field: "retryExecution"}},
}, retryExecution)

func retryExecution(ctx context.Context, d *registry.Deps, in RetryExecutionIn) (RunOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return RunOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return RunOut{}, err
	}
	if !canRetry(x) {
		return RunOut{}, ratchet.Errorf(ratchet.CodeConflict, "execution %s cannot be retried: %s", x.ID, whyNoRetry(x)).
			At("/execution_id").WithHint("run the task anew with ratchet_execute_task").
			Next("ratchet_execute_task", map[string]any{"task_id": x.TaskName})
	}
	req := executor.Request{
		Task: x.TaskID, Input: x.Input, NoTrace: !x.Trace, Priority: x.Priority, IdempotencyKey: in.IdempotencyKey,
		Origin: ratchet.OriginRetry, Attempt: x.Attempt + 1, RetryOf: x.ID, ResetEffects: in.ResetState, BatchID: x.BatchID, Correlation: x.CorrelationToken,
	}
	if x.Origin == ratchet.OriginTest { // it must not reach what the test kept it from
		req.Origin, req.Test = ratchet.OriginTest, x.Input
	}
	if len(in.Input) > 0 {
		req.Input = in.Input
	}
	if in.Version != "" {
		t, err := d.Store.Task(ctx, x.TaskID)
		if err != nil {
			return RunOut{}, err
		}
		req.Task = t.Name + "@" + in.Version
	}
	return startAndWait(ctx, d, req, seconds(in.Wait), nil)
}

func whyNoRetry(x *ratchet.Execution) string {
	switch {
	case x.TaskDeleted:
		return "its task was deleted"
	case x.Origin == ratchet.OriginExternal:
		return "the work was done elsewhere"
	default:
		return "it is " + string(x.Status)
	}
}
