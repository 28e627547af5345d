package tools

import (
	"context"
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// BreakpointArg is a line number, or an object that says more.
type BreakpointArg struct{ json.RawMessage }

// Shape is its schema; readBreakpoint says what is wrong in the author's words.
func (BreakpointArg) Shape() string {
	return `{"anyOf":[{"type":"integer","minimum":1},{"type":"object","additionalProperties":false,"required":["line"],"properties":{
		"line":{"type":"integer","minimum":1},"column":{"type":"integer","minimum":1},"condition":{"type":"string","maxLength":4096},
		"hit_count":{"type":"integer","minimum":1},"log_message":{"type":"string","maxLength":4096},"source":{"type":"string"},"id":{"type":"string"}}}]}`
}

// DebugIn are the arguments of ratchet_debug_task_execution.
type DebugIn struct {
	Action               string          `json:"action,omitempty" jsonschema:"enum=start,enum=continue,enum=step_over,enum=step_into,enum=step_out,enum=step_back,enum=run_to,enum=pause,enum=evaluate,enum=inspect,enum=set_breakpoints,enum=set_variable,enum=stop" jsonschema_description:"leave out, without session_id, to run to the end and get every hit at once" shown:"without: run to the end"`
	TaskID               string          `json:"task_id,omitempty" jsonschema_description:"debug a live run of this task: name, name@version or id" shown:"live run"`
	Input                json.RawMessage `json:"input,omitempty" jsonschema:"type=object" jsonschema_description:"of the live run" shown:"of the live run"`
	ExecutionID          string          `json:"execution_id,omitempty" jsonschema_description:"debug this recorded execution instead; nothing outside is touched" shown:"recorded run"`
	SessionID            string          `json:"session_id,omitempty" jsonschema_description:"required after start" shown:"from start"`
	Breakpoints          []BreakpointArg `json:"breakpoints,omitempty" jsonschema:"maxItems=100" jsonschema_description:"line numbers, or objects {line, column, condition, hit_count, log_message, source, id}; hit_count stops from that hit on; log_message logs text with {expressions} instead of stopping" shown:"lines, or {line, condition, hit_count, log_message}"`
	ExceptionBreakpoints string          `json:"exception_breakpoints,omitempty" jsonschema:"enum=none,enum=uncaught,enum=all" jsonschema_description:"which thrown values stop the run where they are thrown; default uncaught" shown:"-"`
	StepMode             bool            `json:"step_mode,omitempty" jsonschema_description:"start: stop at the first statement; without action: a snapshot of every statement" shown:"-"`
	CaptureVariables     bool            `json:"capture_variables,omitempty" jsonschema:"default=true" shown:"-"`
	Watches              []string        `json:"watches,omitempty" jsonschema:"maxItems=20" jsonschema_description:"expressions evaluated at every stop" shown:"expressions"`
	Expression           string          `json:"expression,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"for evaluate: it only reads; for set_variable: the new value" shown:"for evaluate; for set_variable the new value"`
	Frame                int             `json:"frame,omitempty" jsonschema:"minimum=0" jsonschema_description:"for evaluate, inspect and set_variable; 0 = the innermost" shown:"0 = innermost"`
	Path                 string          `json:"path,omitempty" jsonschema_description:"for inspect: what to expand, e.g. order.items[3]; for set_variable: what to set" shown:"for inspect and set_variable, e.g. order.items[3]"`
	Line                 int             `json:"line,omitempty" jsonschema:"minimum=1" jsonschema_description:"for run_to" shown:"for run_to"`
	Depth                int             `json:"depth,omitempty" jsonschema:"minimum=1,maximum=10,default=3" shown:"-"`
	MaxItems             int             `json:"max_items,omitempty" jsonschema:"minimum=1,maximum=1000,default=50" shown:"-"`
	TimeoutMS            int             `json:"timeout_ms,omitempty" jsonschema:"minimum=1,maximum=3600000" jsonschema_description:"running time of the task, at most execution.max_execution_duration (default: 5 minutes or that); stops are not counted" shown:"-"`
	Wait                 float64         `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait for the next stop or the end" shown:"-"`
	MaxStops             int             `json:"max_stops,omitempty" jsonschema:"minimum=1,maximum=10000,default=200" jsonschema_description:"snapshots without action" shown:"-"`
}

// DebugTask is the step debugger.
var DebugTask = registry.Define(registry.Spec{
	Name: "ratchet_debug_task_execution", Title: "Debug a task", Toolset: "core", Category: "debugging",
	Doc: "Call this to see inside a run, live (task_id, input) or recorded (execution_id; touches nothing outside). " +
		"Without action it runs to the end and returns a snapshot of each breakpoint hit. " +
		"With action start it stops at breakpoints, thrown errors and debugger statements and returns a session_id; the other actions step, look, or set a variable of a live run; stop ends it. " +
		"Lines are those of the author's source. Next: ratchet_edit_task.",
	Omits: []string{"task_id", "task_name", "debug_features", "execution_result.debug_trace.timestamp", "execution_result.execution_summary.breakpoints_configured", "execution_result.execution_summary.step_mode_enabled"},
	Needs: []ratchet.Right{ratchet.RightLogs, ratchet.RightTraces}, Effect: registry.Writes, Executes: true, OpenWorld: true,
	Routes: []registry.Route{{Method: "POST", Path: "/tasks/{task_id}/debug", Field: "debugTask"}},
	Examples: []registry.Example{{
		Title: "Collect what a line sees each time it runs",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: json.RawMessage(`{"name":"total","description":"Adds prices","code":"function main(input) {\n  let sum = 0;\n  for (const price of input.prices) {\n    sum += price;\n  }\n  return sum;\n}","input_schema":{"type":"object"},"output_schema":{}}`)}},
		Args:  json.RawMessage(`{"task_id":"total","input":{"prices":[1,"2"]},"breakpoints":[4],"watches":["typeof price"]}`),
	}},
}, debugTask)

func debugTask(ctx context.Context, d *registry.Deps, in DebugIn) (DebugOut, error) {
	if err := in.check(); err != nil {
		return DebugOut{}, err
	}
	if in.Action == "" && in.SessionID == "" {
		return debugOnce(ctx, d, in)
	}
	if in.Action == "start" {
		return debugBegin(ctx, d, in)
	}
	s, err := d.Exec.DebugSession(in.SessionID, debugger(registry.CallerFrom(ctx)))
	if err != nil {
		return DebugOut{}, err
	}
	answer, err := debugAct(ctx, s, in)
	if err != nil {
		return DebugOut{}, err
	}
	if err := s.Wait(ctx, seconds(in.Wait)); err != nil {
		return DebugOut{}, err
	}
	out := debugOut(d, s, s.State(), in)
	out.answered(answer)
	return out, nil
}

// debugger is the caller as sessions know it.
func debugger(c registry.Caller) ratchet.Principal {
	p := c.Identity
	p.ID = c.Principal
	return p
}

func debugBegin(ctx context.Context, d *registry.Deps, in DebugIn) (DebugOut, error) {
	req, err := in.request(ctx)
	if err != nil {
		return DebugOut{}, err
	}
	s, err := d.Exec.StartDebug(ctx, req)
	if err != nil {
		return DebugOut{}, err
	}
	if err := s.Wait(ctx, seconds(in.Wait)); err != nil {
		return DebugOut{}, err
	}
	return debugOut(d, s, s.State(), in), nil
}

// request is the session that in asks for.
func (in DebugIn) request(ctx context.Context) (executor.DebugRequest, error) {
	list, err := in.breakpoints()
	if err != nil {
		return executor.DebugRequest{}, err
	}
	caller := registry.CallerFrom(ctx)
	mode := runtime.ExceptionMode(in.ExceptionBreakpoints)
	if mode == "" {
		mode = runtime.ExceptionsUncaught
	}
	return executor.DebugRequest{
		Request: executor.Request{
			Task: in.TaskID, Input: in.Input, Principal: caller.Principal, Trace: caller.Trace,
		},
		Execution: in.ExecutionID, RunningTime: time.Duration(in.TimeoutMS) * time.Millisecond,
		Debug: runtime.Debug{
			Breakpoints: list, Exceptions: mode, Entry: in.StepMode, Count: true, Watches: in.Watches,
			NoVariables: !in.CaptureVariables, Depth: in.Depth, MaxItems: in.MaxItems,
		},
	}, nil
}

// debugAct does an action of a session that is open; the answer is nil when
// the action moves the run.
func debugAct(ctx context.Context, s *executor.DebugSession, in DebugIn) (*runtime.DebugAnswer, error) {
	switch in.Action {
	case "", "continue":
		return nil, s.Continue(ctx, runtime.DebugCommand{Verb: runtime.DebugContinue})
	case "step_over", "step_into", "step_out", "pause":
		return nil, s.Continue(ctx, runtime.DebugCommand{Verb: runtime.DebugVerb(in.Action)})
	case "run_to":
		return nil, s.Continue(ctx, runtime.DebugCommand{Verb: runtime.DebugRunTo, Line: in.Line})
	case "step_back":
		return nil, s.StepBack(ctx)
	case "set_breakpoints":
		list, err := in.breakpoints()
		if err != nil {
			return nil, err
		}
		return nil, s.Configure(list, runtime.ExceptionMode(in.ExceptionBreakpoints), in.Watches)
	case "stop":
		return nil, s.End(ctx)
	default:
		return s.Look(ctx, runtime.DebugCommand{
			Verb: runtime.DebugVerb(in.Action), Frame: in.Frame, Expression: in.Expression, Path: in.Path,
			Depth: in.Depth, MaxItems: in.MaxItems,
		})
	}
}
