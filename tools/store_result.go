package tools

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"ratchet/registry"

	"github.com/google/uuid"

	"ratchet"
	"ratchet/events"
	"ratchet/executor"
)

// StoreResultIn are the arguments of ratchet_store_result.
type StoreResultIn struct {
	TaskID         string          `json:"task_id" jsonschema_description:"name, UUID or number" shown:""`
	Input          json.RawMessage `json:"input" jsonschema_description:"any JSON" shown:""`
	Output         json.RawMessage `json:"output" jsonschema_description:"any JSON; kept for every status" shown:""`
	Status         string          `json:"status,omitempty" jsonschema:"enum=pending,enum=queued,enum=running,enum=completed,enum=success,enum=failed,enum=cancelled,enum=timed_out,default=completed" synonyms:"queued,success"`
	ErrorMessage   string          `json:"error_message,omitempty"`
	ErrorDetails   map[string]any  `json:"error_details,omitempty" shown:"-"`
	DurationMS     *int64          `json:"duration_ms,omitempty" jsonschema:"minimum=0"`
	HTTPRequests   json.RawMessage `json:"http_requests,omitempty" jsonschema_description:"object or array" shown:"-"`
	RecordingPath  string          `json:"recording_path,omitempty" jsonschema_description:"informative; never opened" shown:"-"`
	IdempotencyKey string          `json:"idempotency_key,omitempty" jsonschema:"minLength=1,maxLength=255" shown:""`
}

// StoreResultOut is the result of ratchet_store_result.
type StoreResultOut struct {
	ExecutionID string `json:"execution_id"`
	DatabaseID  string `json:"database_id"`
	TaskID      string `json:"task_id"`
	TaskName    string `json:"task_name"`
	Status      string `json:"status"`
	StoredAt    string `json:"stored_at"`
	Message     string `json:"message"`
	registry.Replayed
}

// StoreResult records work done elsewhere.
var StoreResult = registry.Define(registry.Spec{
	Name: "ratchet_store_result", Title: "Store a result", Toolset: "core", Category: "execution",
	Creates: true,
	Doc: "Call this to record the result of work done outside Ratchet under a task. It is neither retried nor replayed. " +
		"Next: ratchet_get_results.",
	Omits:  []string{"database_id", "task_id", "task_name", "stored_at", "message"},
	Effect: registry.Writes, Routes: []registry.Route{
		{Method: "POST", Path: "/results", Created: "/executions/{execution_id}"},
		{Method: "POST", Path: "/mcp/results", Field: "mcpStoreResult", Created: "/executions/{execution_id}"},
	},
	Examples: []registry.Example{{
		Title: "Record what was done by hand",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add","input":{"a":1,"b":2},"output":{"sum":3},"duration_ms":1200}`),
	}},
}, storeResult)

func storeResult(ctx context.Context, d *registry.Deps, in StoreResultIn) (StoreResultOut, error) {
	return registry.Once(ctx, d, "ratchet_store_result", in.IdempotencyKey, in,
		func(o *StoreResultOut) { o.IdempotentReplay = true },
		registry.Work[StoreResultOut]{
			Do: func(ctx context.Context) (StoreResultOut, error) { return storeExternal(ctx, d, in) },
			Resume: func(ctx context.Context, id string) (StoreResultOut, error) {
				x, err := d.Store.Execution(ctx, id)
				if err != nil {
					return StoreResultOut{}, err
				}
				return storedResult(x, d.Now()), nil
			},
		})
}

func storeExternal(ctx context.Context, d *registry.Deps, in StoreResultIn) (StoreResultOut, error) {
	t, err := executor.FindTask(ctx, d.Store, in.TaskID)
	if err != nil {
		return StoreResultOut{}, err
	}
	x := externalRow(t, in, d.Now().UTC())
	if x.Status == ratchet.StatusFailed && in.ErrorMessage == "" {
		return StoreResultOut{}, ratchet.Errorf(ratchet.CodeInvalid, "status failed needs an error_message").
			At("/error_message").WithHint("say in error_message what went wrong")
	}
	if len(in.HTTPRequests) > 0 && in.HTTPRequests[0] != '{' && in.HTTPRequests[0] != '[' {
		return StoreResultOut{}, ratchet.Errorf(ratchet.CodeInvalid, "http_requests must be an object or an array").At("/http_requests")
	}
	if err := d.Store.StoreExecution(ctx, x); err != nil {
		return StoreResultOut{}, err
	}
	if d.Bus != nil {
		d.Bus.Publish(ratchet.Event{Kind: events.ExecutionUpdated, ID: x.ID, Task: x.TaskName, At: d.Now(), Data: x})
	}
	return storedResult(x, d.Now()), nil
}

func storedResult(x *ratchet.Execution, at time.Time) StoreResultOut {
	return StoreResultOut{
		ExecutionID: x.ID, DatabaseID: strconv.Itoa(int(x.Number)), TaskID: x.TaskID, TaskName: x.TaskName, Status: string(x.Status),
		StoredAt: registry.Stamp(at), Message: "stored as execution " + x.ID,
	}
}

func externalRow(t *ratchet.Task, in StoreResultIn, now time.Time) *ratchet.Execution {
	x := &ratchet.Execution{
		ID: uuid.Must(uuid.NewV7()).String(), TaskID: t.ID, TaskName: t.Name, TaskVersion: t.Version,
		Status: parseStatus(in.Status), Origin: ratchet.OriginExternal, Input: in.Input, Output: in.Output, Attempt: 1,
		QueuedAt: now, HTTPRequests: in.HTTPRequests, RecordingPath: in.RecordingPath,
	}
	if in.DurationMS != nil {
		x.StartedAt = now.Add(-time.Duration(*in.DurationMS) * time.Millisecond)
		x.QueuedAt = x.StartedAt
	}
	if x.Status.Terminal() {
		x.CompletedAt = now
	}
	if in.ErrorMessage != "" || len(in.ErrorDetails) > 0 {
		x.Error = &ratchet.ExecutionError{
			Code: ratchet.CodeScript, Type: "external_error", Message: in.ErrorMessage, Details: in.ErrorDetails,
		}
	}
	return x
}
