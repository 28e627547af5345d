package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// ReplayExecutionIn are the arguments of ratchet_replay_execution.
type ReplayExecutionIn struct {
	ExecutionID string  `json:"execution_id" jsonschema_description:"UUID or number of an ended execution"`
	Code        string  `json:"code,omitempty" jsonschema:"maxLength=1048576" jsonschema_description:"run this code instead of the recorded one"`
	Version     string  `json:"version,omitempty" jsonschema_description:"run this version of the task instead of the recorded code"`
	Wait        float64 `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait for the end"`
	ReplayID    string  `json:"replay_id,omitempty" jsonschema_description:"wait for this replay instead of starting one"`
}

// ReplayOut is the result of ratchet_replay_execution.
type ReplayOut struct {
	ExecutionID       string          `json:"execution_id"`
	ReplayID          string          `json:"replay_id"`
	Status            string          `json:"status" jsonschema:"enum=completed,enum=running,enum=diverged" jsonschema_description:"of the replay; diverged = it ended at the first difference, see divergence"`
	Identical         bool            `json:"identical" jsonschema_description:"same output or error, same log and same events as recorded"`
	SameCode          bool            `json:"same_code" jsonschema_description:"the code that ran is the recorded one"`
	Output            json.RawMessage `json:"output"`
	Error             *RunError       `json:"error,omitempty"`
	Divergence        *DivergenceView `json:"divergence" jsonschema:"nullable"`
	Different         string          `json:"different,omitempty" jsonschema_description:"what differs although all events agree: output, error or log"`
	EventsRecorded    int             `json:"events_recorded"`
	EventsFollowed    int             `json:"events_followed"`
	RecordingComplete bool            `json:"recording_complete"`
	Ended             string          `json:"ended,omitempty" jsonschema_description:"why the replay ended with the recording instead of with the run: ended_from_outside or incomplete"`
	Notes             []string        `json:"notes,omitempty"`
	TruncatedFields   []string        `json:"truncated_fields,omitempty"`
	NextTool          *NextCall       `json:"next_tool,omitempty"`
}

// DivergenceView is the first difference between a recording and its replay.
type DivergenceView struct {
	Event  int    `json:"event" jsonschema_description:"seq of the recorded event"`
	Wanted string `json:"wanted" jsonschema_description:"what was recorded"`
	Got    string `json:"got" jsonschema_description:"what the replay did"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// ReplayExecution runs a recorded execution again on its recording.
var ReplayExecution = registry.Define(registry.Spec{
	Name: "ratchet_replay_execution", Title: "Replay an execution", Toolset: "control", Category: "debugging",
	Inspected: true,
	Doc: "Call this to run a recorded execution again with the same data and no effect outside: requests, time, randomness and their order come from its recording. " +
		"With code or version it shows whether a change still does the same, and the first difference with both sides and the line. Nothing is stored. " +
		"Next: ratchet_fork_execution to go on live, or ratchet_promote_to_test to keep it as a test.",
	Omits: append(leanError("error"), "recording_complete=true"),
	Needs: []ratchet.Right{ratchet.RightTraces}, Effect: registry.Reads, Executes: true,
	Routes: []registry.Route{{Method: "POST", Path: "/executions/{execution_id}/replay"}},
	Examples: []registry.Example{{
		Title: "Replay an execution", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1"}`),
	}},
}, replayExecution)

func replayExecution(ctx context.Context, d *registry.Deps, in ReplayExecutionIn) (ReplayOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return ReplayOut{}, err
	}
	if in.Code != "" && in.Version != "" {
		return ReplayOut{}, ratchet.Errorf(ratchet.CodeInvalid, "code and version exclude each other").At("/version")
	}
	id, principal := in.ReplayID, registry.CallerFrom(ctx).Principal
	var p *executor.Replay
	var err error
	if id != "" {
		p, err = d.Exec.WaitReplay(ctx, id, principal, seconds(in.Wait))
	} else {
		id, p, err = d.Exec.StartReplay(ctx, executor.ReplayRequest{
			Execution: in.ExecutionID, Code: in.Code, Version: in.Version, Principal: principal,
		}, seconds(in.Wait))
	}
	if err != nil {
		return ReplayOut{}, err
	}
	out := ReplayOut{ExecutionID: in.ExecutionID, ReplayID: id, Status: "running", Output: json.RawMessage("null")}
	if p == nil {
		out.NextTool = &NextCall{"ratchet_replay_execution", map[string]any{"execution_id": in.ExecutionID, "replay_id": id}}
		return out, nil
	}
	out.fill(p)
	out.TruncatedFields = registry.Cut(d.Settings.ResultLimit(), registry.Big{Name: "output", JSON: &out.Output})
	return out, nil
}

// recordedName names a test after the execution it comes from: by the end of
// the id, for ids of the same minute begin alike.
func recordedName(id string) string { return "recorded " + id[max(0, len(id)-8):] }

func (o *ReplayOut) fill(p *executor.Replay) {
	o.ExecutionID, o.Status = p.Execution.ID, "completed"
	o.Identical, o.SameCode, o.Different, o.Notes = p.Identical, p.SameCode, p.Different, p.Notes
	o.EventsRecorded, o.EventsFollowed, o.RecordingComplete = p.Followed.Total, p.Followed.Events, p.Followed.Complete
	o.Ended = string(p.Followed.Cut)
	if len(p.Output) > 0 {
		o.Output = p.Output
	}
	o.Error, o.Divergence = runError(p.Error), divergenceView(p.Followed.Divergence)
	if p.Identical {
		o.NextTool = &NextCall{"ratchet_promote_to_test", map[string]any{"execution_id": p.Execution.ID, "test_name": recordedName(p.Execution.ID)}}
	} else if d := o.Divergence; d != nil {
		o.Status = "diverged"
		o.NextTool = &NextCall{"ratchet_fork_execution", map[string]any{"execution_id": p.Execution.ID, "at_step": d.Event}}
	}
}

func divergenceView(d *runtime.Divergence) *DivergenceView {
	if d == nil {
		return nil
	}
	return &DivergenceView{Event: d.Event, Wanted: d.Wanted, Got: d.Got, File: d.Source, Line: d.Line, Column: d.Column}
}
