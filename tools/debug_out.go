package tools

import (
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// DebugOut is the result of ratchet_debug_task_execution.
type DebugOut struct {
	SessionID       string                       `json:"session_id,omitempty"`
	ExecutionID     string                       `json:"execution_id"`
	TaskID          string                       `json:"task_id"`
	TaskName        string                       `json:"task_name"`
	Mode            string                       `json:"mode" jsonschema:"enum=live,enum=recorded"`
	Status          string                       `json:"status" jsonschema:"enum=paused,enum=still_running,enum=completed,enum=error,enum=stopped,enum=expired"`
	Reason          string                       `json:"reason,omitempty" jsonschema:"enum=breakpoint,enum=exception,enum=step,enum=debugger_statement,enum=entry,enum=pause,enum=end"`
	Location        *DebugLocation               `json:"location,omitempty"`
	BreakpointID    string                       `json:"breakpoint_id,omitempty"`
	ConditionError  string                       `json:"condition_error,omitempty" jsonschema_description:"the breakpoint stopped because its condition failed"`
	Exception       *runtime.DebugException      `json:"exception,omitempty"`
	Frames          []runtime.DebugFrame         `json:"frames,omitempty"`
	Variables       map[string]map[string]string `json:"variables,omitempty" jsonschema_description:"previews by scope and name; <tdz> = not initialised yet"`
	Watches         []runtime.DebugWatch         `json:"watches,omitempty"`
	Console         []executor.DebugLine         `json:"console,omitempty" jsonschema_description:"since the last answer"`
	HostEvents      []runtime.DebugCall          `json:"host_events,omitempty" jsonschema_description:"since the last answer"`
	Breakpoints     []DebugBreakpoint            `json:"breakpoints,omitempty"`
	Position        *DebugPosition               `json:"position,omitempty"`
	Value           *runtime.DebugValue          `json:"value,omitempty"`
	DebugFeatures   []string                     `json:"debug_features"`
	ExpiresAt       string                       `json:"expires_at,omitempty"`
	ExecutionResult *DebugResult                 `json:"execution_result,omitempty"`
	TruncatedFields []string                     `json:"truncated_fields,omitempty"`
	NextTool        *NextCall                    `json:"next_tool,omitempty"`
}

// DebugLocation is where a run stands.
type DebugLocation struct {
	Source  string `json:"source"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Snippet string `json:"snippet,omitempty"`
}

// DebugBreakpoint is a breakpoint and where it stops.
type DebugBreakpoint struct {
	ID       string         `json:"id"`
	Line     int            `json:"line" jsonschema_description:"as asked for"`
	Verified *DebugLocation `json:"verified" jsonschema:"nullable" jsonschema_description:"the statement it stops at; null = there is none on the line or after it"`
	Message  string         `json:"message,omitempty"`
}

// DebugPosition is how far a run is, in statements.
type DebugPosition struct {
	Step int64  `json:"step"`
	Of   *int64 `json:"of" jsonschema:"nullable" jsonschema_description:"null when it is not known yet"`
}

// DebugResult is a run that has ended.
type DebugResult struct {
	Result           json.RawMessage `json:"result"`
	Error            *RunError       `json:"error,omitempty"`
	DebugTrace       []DebugSnapshot `json:"debug_trace"`
	ExecutionSummary DebugSummary    `json:"execution_summary"`
}

// DebugSnapshot is one stop of a run that no caller waited at.
type DebugSnapshot struct {
	Step         int64                        `json:"step"`
	Timestamp    string                       `json:"timestamp"`
	Line         int                          `json:"line"`
	Function     string                       `json:"function"`
	Variables    map[string]map[string]string `json:"variables,omitempty"`
	Watches      []runtime.DebugWatch         `json:"watches,omitempty"`
	Event        string                       `json:"event"`
	BreakpointID string                       `json:"breakpoint_id,omitempty"`
	Exception    *runtime.DebugException      `json:"exception,omitempty"`
}

// DebugSummary sums a run up.
type DebugSummary struct {
	TotalSteps            int64   `json:"total_steps" jsonschema_description:"snapshots taken, or stops made"`
	ExecutionTimeMS       float64 `json:"execution_time_ms"`
	BreakpointsConfigured int     `json:"breakpoints_configured"`
	BreakpointsHit        int     `json:"breakpoints_hit"`
	StepModeEnabled       bool    `json:"step_mode_enabled"`
	Successful            bool    `json:"successful"`
}

// debugOut renders a session.
func debugOut(d *registry.Deps, s *executor.DebugSession, state executor.DebugState, in DebugIn) DebugOut {
	x := state.Execution
	out := DebugOut{
		SessionID: s.ID, ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, Mode: "live", Status: string(state.Status),
		Console: state.Console, HostEvents: state.Calls, Breakpoints: breakpointViews(state.Breaks),
		DebugFeatures: debugFeatures(s.Recorded),
	}
	if s.Recorded {
		out.Mode = "recorded"
	}
	if stop := state.Stop; stop != nil {
		out.stopped(stop, state)
	}
	next := map[string]any{"session_id": s.ID, "action": "continue"}
	switch state.Status {
	case executor.DebugPaused, executor.DebugRunning:
		out.ExpiresAt = registry.Stamp(state.Expires)
		out.NextTool = &NextCall{"ratchet_debug_task_execution", next}
	default:
		out.Reason = "end"
		out.ExecutionResult = debugResult(state, in, nil)
		out.NextTool = &NextCall{"ratchet_get_execution_status", map[string]any{"execution_id": x.ID}}
	}
	out.cut(d)
	return out
}

func (o *DebugOut) stopped(stop *runtime.DebugStop, state executor.DebugState) {
	o.Reason, o.BreakpointID, o.ConditionError = string(stop.Reason), stop.Breakpoint, stop.Problem
	o.Exception, o.Frames, o.Watches = stop.Exception, stop.Frames, stop.Watches
	o.Variables = variableViews(stop.Variables)
	o.Position = &DebugPosition{Step: stop.Checkpoint}
	if state.Of > 0 {
		o.Position.Of = &state.Of
	}
	if len(stop.Frames) > 0 {
		f := stop.Frames[0]
		o.Location = &DebugLocation{Source: f.Source, Line: f.Line, Column: f.Column, Snippet: state.Snippet}
	}
}

// answered adds what a command was answered.
func (o *DebugOut) answered(a *runtime.DebugAnswer) {
	if a == nil {
		return
	}
	o.Value = a.Value
	if a.Scopes != nil {
		o.Variables = variableViews(a.Scopes)
	}
}

// cut keeps the result inside the size limit: variables go first.
func (o *DebugOut) cut(d *registry.Deps) {
	limit := d.Settings.ResultLimit()
	if limit == 0 {
		limit = 40_000
	}
	size := func() int { raw, _ := json.Marshal(o); return len(raw) }
	if r := o.ExecutionResult; r != nil && size() > limit {
		o.TruncatedFields = append(o.TruncatedFields, "execution_result.debug_trace")
		for len(r.DebugTrace) > 1 && size() > limit {
			r.DebugTrace = r.DebugTrace[:len(r.DebugTrace)*3/4]
		}
		if size() > limit {
			o.TruncatedFields = append(o.TruncatedFields, registry.Cut(limit/2, registry.Big{Name: "execution_result.result", JSON: &r.Result})...)
		}
	}
	for _, field := range []struct {
		name string
		drop func()
	}{
		{"variables", func() { o.Variables = nil }},
		{"console", func() { o.Console = o.Console[max(0, len(o.Console)-20):] }},
		{"host_events", func() { o.HostEvents = o.HostEvents[max(0, len(o.HostEvents)-20):] }},
	} {
		if size() > limit {
			field.drop()
			o.TruncatedFields = append(o.TruncatedFields, field.name)
		}
	}
}

func variableViews(scopes []runtime.DebugScope) map[string]map[string]string {
	if len(scopes) == 0 {
		return nil
	}
	out := map[string]map[string]string{}
	for _, s := range scopes {
		if out[s.Kind] == nil {
			out[s.Kind] = map[string]string{}
		}
		for _, v := range s.Variables {
			if _, inner := out[s.Kind][v.Name]; !inner {
				out[s.Kind][v.Name] = v.Value.Preview
			}
		}
	}
	return out
}

func breakpointViews(list []executor.DebugBreakpoint) []DebugBreakpoint {
	out := make([]DebugBreakpoint, 0, len(list))
	for _, b := range list {
		view := DebugBreakpoint{ID: b.ID, Line: b.Line}
		switch {
		case !b.Verified:
			view.Message = "there is no statement on this line or after it"
		case b.Moved:
			view.Message = "the line has no statement: it stops at the next one"
			fallthrough
		default:
			view.Verified = &DebugLocation{Source: b.At.File, Line: b.At.Line, Column: b.At.Column}
		}
		out = append(out, view)
	}
	return out
}

func debugResult(state executor.DebugState, in DebugIn, trace []DebugSnapshot) *DebugResult {
	r := &DebugResult{Result: state.Output, Error: runError(state.Failure), DebugTrace: trace}
	if len(r.Result) == 0 {
		r.Result = json.RawMessage("null")
	}
	if r.DebugTrace == nil {
		r.DebugTrace = []DebugSnapshot{}
	}
	r.ExecutionSummary = DebugSummary{
		TotalSteps: int64(len(trace)), ExecutionTimeMS: float64(state.Usage.Wall.Microseconds()) / 1000,
		BreakpointsConfigured: len(state.Breaks), BreakpointsHit: state.Hits, StepModeEnabled: in.StepMode,
		Successful: state.Status == executor.DebugCompleted,
	}
	return r
}

func debugSnapshot(stop *runtime.DebugStop, at time.Time) DebugSnapshot {
	s := DebugSnapshot{
		Step: stop.Checkpoint, Timestamp: registry.Stamp(at), Event: string(stop.Reason), BreakpointID: stop.Breakpoint,
		Variables: variableViews(stop.Variables), Watches: stop.Watches, Exception: stop.Exception,
	}
	if len(stop.Frames) > 0 {
		s.Line, s.Function = stop.Frames[0].Line, stop.Frames[0].Function
	}
	return s
}

// Failure implements Failed: a run that failed under the debugger is what the
// caller wants to see, so it is no failure of the call.
func (DebugOut) Failure() *ratchet.Error { return nil }
