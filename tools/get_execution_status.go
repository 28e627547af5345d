package tools

import (
	"context"
	"encoding/json"
	"slices"

	"ratchet/registry"

	"ratchet"
)

// GetStatusIn are the arguments of ratchet_get_execution_status.
type GetStatusIn struct {
	ExecutionID string   `json:"execution_id" jsonschema_description:"UUID or number" shown:""`
	Wait        float64  `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25" jsonschema_description:"seconds to wait for the end" shown:"seconds to wait for the end"`
	Fields      []string `json:"fields,omitempty" jsonschema_description:"return only these (dotted) fields" shown:"only these"`
}

// StatusView is the state of one execution.
type StatusView struct {
	ExecutionRef
	Input              json.RawMessage `json:"input"`
	Output             json.RawMessage `json:"output"`
	ErrorMessage       *string         `json:"error_message" jsonschema:"nullable"`
	ErrorDetails       *RunError       `json:"error_details,omitempty"`
	Progress           ProgressView    `json:"progress"`
	Attempt            int             `json:"attempt"`
	Origin             string          `json:"origin"`
	RetryOf            *string         `json:"retry_of" jsonschema:"nullable"`
	ForkedFrom         *string         `json:"forked_from" jsonschema:"nullable"`
	JobID              *string         `json:"job_id" jsonschema:"nullable"`
	ScheduleID         *string         `json:"schedule_id" jsonschema:"nullable"`
	BatchID            *string         `json:"batch_id" jsonschema:"nullable"`
	CanRetry           bool            `json:"can_retry"`
	CanCancel          bool            `json:"can_cancel"`
	WaitingReason      string          `json:"waiting_reason,omitempty"`
	RecordingAvailable bool            `json:"recording_available"`
	TruncatedFields    []string        `json:"truncated_fields,omitempty"`
	NextTool           *NextCall       `json:"next_tool,omitempty"`
}

// Links implements Linked: what was cut is behind a link.
func (v StatusView) Links() []registry.Link { return executionLinks(v.ExecutionID, v.TruncatedFields) }

// ProgressView is how far a run is. Percentage is null when the task reports none.
type ProgressView struct {
	CurrentStep *string  `json:"current_step" jsonschema:"nullable"`
	Percentage  *float64 `json:"percentage" jsonschema:"nullable"`
	ElapsedMS   *int64   `json:"elapsed_ms" jsonschema:"nullable"`
	Message     *string  `json:"message" jsonschema:"nullable"`
}

// GetExecutionStatus tells how an execution stands.
var GetExecutionStatus = registry.Define(registry.Spec{
	Name: "ratchet_get_execution_status", Title: "Get execution status", Toolset: "core", Category: "monitoring",
	Inspected: true,
	Doc:       "Call this to see how an execution stands; with wait, to wait for its end. Next: ratchet_get_execution_logs when it failed.",
	Omits:     leanState(),
	Effect:    registry.Reads, Failure: "status_retrieval_error",
	Routes: []registry.Route{
		{Method: "GET", Path: "/executions/{execution_id}", Field: "execution"},
		{Method: "GET", Path: "/executions/{execution_id}/output", Set: json.RawMessage(`{"fields":["execution_id","status","output"]}`), Doc: "What an execution returned"},
	},
	Aliases:  []string{"ratchet.get_status"},
	Examples: []registry.Example{{Title: "Wait for an execution", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","wait":5}`)}},
}, getExecutionStatus)

func getExecutionStatus(ctx context.Context, d *registry.Deps, in GetStatusIn) (registry.Row[StatusView], error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return registry.Row[StatusView]{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return registry.Row[StatusView]{}, err
	}
	if in.Wait > 0 && !x.Status.Terminal() {
		stop := watchProgress(ctx, d, x.ID)
		x, err = d.Exec.Wait(ctx, x.ID, seconds(in.Wait))
		stop()
		if err != nil {
			return registry.Row[StatusView]{}, err
		}
	}
	rows, err := registry.Rows([]StatusView{statusView(d, x)}, in.Fields)
	if err != nil {
		return registry.Row[StatusView]{}, err
	}
	return rows[0], nil
}

func statusView(d *registry.Deps, x *ratchet.Execution) StatusView {
	v := StatusView{
		ExecutionRef: executionRef(x), Input: orJSONNull(x.Input), Output: orJSONNull(x.Output),
		ErrorDetails: runError(x.Error), Progress: progressView(d, x), Attempt: x.Attempt, Origin: string(x.Origin),
		RetryOf: orNull(x.RetryOf), ForkedFrom: orNull(x.ForkedFrom), JobID: orNull(x.JobID), ScheduleID: orNull(x.ScheduleID), BatchID: orNull(x.BatchID),
		CanRetry: canRetry(x), CanCancel: !x.Status.Terminal(), RecordingAvailable: x.Recorded,
	}
	id := map[string]any{"execution_id": x.ID}
	if x.Error != nil {
		v.ErrorMessage = &x.Error.Message
		v.NextTool = &NextCall{"ratchet_get_execution_logs", id}
	}
	if !x.Status.Terminal() {
		v.WaitingReason = d.Exec.WaitingReason(x.ID)
		v.NextTool = &NextCall{"ratchet_get_execution_status", map[string]any{"execution_id": x.ID, "wait": 25}}
	}
	v.TruncatedFields = registry.Cut(d.Settings.ResultLimit(), registry.Big{Name: "input", JSON: &v.Input}, registry.Big{Name: "output", JSON: &v.Output})
	return v
}

func progressView(d *registry.Deps, x *ratchet.Execution) ProgressView {
	var v ProgressView
	if !x.StartedAt.IsZero() {
		end := x.CompletedAt
		if end.IsZero() {
			end = d.Now()
		}
		elapsed := end.Sub(x.StartedAt).Milliseconds()
		v.ElapsedMS = &elapsed
	}
	if p := x.Progress; p != nil {
		percent := min(p.Fraction*100, 99.9)
		v.Percentage, v.CurrentStep, v.Message = &percent, orNull(p.Step), orNull(p.Message)
	}
	if x.Status == ratchet.StatusCompleted {
		full := 100.0
		v.Percentage = &full
	}
	return v
}

func orJSONNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// ranOnce sets up examples about an execution: it has number 1.
func ranOnce() []registry.Call {
	setup := ExecuteTask.Examples[0]
	return append(slices.Clone(setup.Setup), registry.Call{Tool: "ratchet_execute_task", Args: setup.Args})
}
