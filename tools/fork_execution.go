package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// ForkExecutionIn are the arguments of ratchet_fork_execution.
type ForkExecutionIn struct {
	ExecutionID string          `json:"execution_id" jsonschema_description:"UUID or number of an ended execution"`
	AtStep      int             `json:"at_step" jsonschema:"minimum=0" jsonschema_description:"seq of the first event that is not taken from the recording; 0 or 1 = everything anew"`
	Input       json.RawMessage `json:"input,omitempty" jsonschema:"type=object" jsonschema_description:"instead of the recorded input"`
	Patch       []PatchIn       `json:"patch,omitempty" jsonschema:"maxItems=100" jsonschema_description:"other values for recorded events before at_step"`
	Code        string          `json:"code,omitempty" jsonschema:"maxLength=1048576" jsonschema_description:"instead of the recorded code"`
	Version     string          `json:"version,omitempty" jsonschema_description:"version of the task instead of the recorded code"`
	Mocked      bool            `json:"mocked,omitempty" jsonschema_description:"answer requests after at_step from the rest of the recording, by method and URL, instead of sending them"`
	Wait        float64         `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait for the end"`
}

// PatchIn is another value for a recorded event.
type PatchIn struct {
	Event int             `json:"event" jsonschema:"minimum=1" jsonschema_description:"seq of the event"`
	Value json.RawMessage `json:"value" jsonschema_description:"for a request or its reply {status, headers, body} or a body, or {error: network or timeout}; for a reading of the clock a time"`
}

// ForkExecution starts an execution that begins like a recorded one.
var ForkExecution = registry.Define(registry.Spec{
	Name: "ratchet_fork_execution", Title: "Fork an execution", Toolset: "control", Category: "debugging",
	Inspected: true,
	Doc: "Call this to try what would have happened: a new execution takes everything before event at_step from the recording of another and is live from there on. " +
		"Input, recorded replies (patch) and code may differ; a difference inside the recorded part ends it as diverged. With mocked nothing is sent. " +
		"ratchet_get_execution_recording lists the events with their seq. Next: as after ratchet_execute_task.",
	Omits:  leanRun(),
	Effect: registry.Writes, Executes: true, OpenWorld: true,
	Routes: []registry.Route{{Method: "POST", Path: "/executions/{execution_id}/fork"}},
	Examples: []registry.Example{{
		Title: "Run again with another input", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","at_step":0,"input":{"n":4}}`),
	}},
}, forkExecution)

func forkExecution(ctx context.Context, d *registry.Deps, in ForkExecutionIn) (RunOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return RunOut{}, err
	}
	if in.Code != "" && in.Version != "" {
		return RunOut{}, ratchet.Errorf(ratchet.CodeInvalid, "code and version exclude each other").At("/version")
	}
	caller := registry.CallerFrom(ctx)
	req := executor.ForkRequest{
		Execution: in.ExecutionID, AtStep: in.AtStep, Input: in.Input, Code: in.Code, Version: in.Version,
		Mocked: in.Mocked, Principal: caller.Principal, Trace: caller.Trace,
	}
	for _, p := range in.Patch {
		req.Patches = append(req.Patches, executor.Patch{Event: p.Event, Value: p.Value})
	}
	h, err := d.Exec.Fork(ctx, req)
	if err != nil {
		return RunOut{}, err
	}
	x, err := h.Wait(ctx, seconds(in.Wait))
	if err != nil {
		return RunOut{}, err
	}
	return runOut(ctx, d, x), nil
}
