package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/runtime"
)

// ErrorContext is what surrounds a failure.
type ErrorContext struct {
	TaskID      string          `json:"task_id"`
	TaskName    string          `json:"task_name"`
	TaskVersion string          `json:"task_version"`
	Input       json.RawMessage `json:"input_data"`
	QueuedAt    string          `json:"queued_at"`
	StartedAt   *string         `json:"started_at" jsonschema:"nullable"`
	CompletedAt *string         `json:"completed_at" jsonschema:"nullable"`
	DurationMS  *int64          `json:"duration_ms" jsonschema:"nullable"`
	Error       *RunError       `json:"error_details"`
	Calls       []HostCallView  `json:"last_host_calls" jsonschema_description:"the newest last"`
	Throw       *ThrowView      `json:"at_the_throw" jsonschema:"nullable" jsonschema_description:"from a replay; null = the recording does not lead to a throw"`
}

// HostCallView is one host call.
type HostCallView struct {
	Call   string  `json:"call"`
	Status *int    `json:"status" jsonschema:"nullable"`
	Error  string  `json:"error,omitempty"`
	TookMS float64 `json:"duration_ms"`
}

// ThrowView is what could be seen where the error was thrown.
type ThrowView struct {
	Function  string                       `json:"function"`
	Line      int                          `json:"line"`
	Variables map[string]map[string]string `json:"variables"`
}

// unawaited says which variable of the failing line is a promise; empty = none.
func (v *ThrowView) unawaited(snippet string) string {
	for line := range strings.SplitSeq(snippet, "\n") {
		if !strings.HasPrefix(line, ">") {
			continue
		}
		for _, name := range identifiers.FindAllString(line, -1) {
			for _, scope := range v.Variables {
				if strings.HasPrefix(scope[name], "Promise") {
					return fmt.Sprintf("'%s' is a Promise at line %d: await what gives it its value.", name, v.Line)
				}
			}
		}
	}
	return ""
}

var identifiers = regexp.MustCompile(`[A-Za-z_$][\w$]*`)

// lastCalls bounds the host calls that are shown.
const lastCalls = 5

func errorContext(ctx context.Context, d *registry.Deps, x *ratchet.Execution, calls []runtime.TapeCall) *ErrorContext {
	c := &ErrorContext{
		TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion, Input: orJSONNull(x.Input), QueuedAt: registry.Stamp(x.QueuedAt),
		StartedAt: stampOrNull(x.StartedAt), CompletedAt: stampOrNull(x.CompletedAt), DurationMS: durationMS(x), Error: runError(x.Error),
		Calls: []HostCallView{},
	}
	for _, call := range calls[max(0, len(calls)-lastCalls):] {
		v := HostCallView{Call: string(call.Call.Kind), TookMS: float64(call.End-call.Start) / 1000}
		if f := call.Call.Fetch; f != nil {
			v.Call = f.Method + " " + f.URL
		}
		if r := call.Reply.Fetch; r != nil {
			v.Status = &r.Status
		}
		if e := call.Reply.Error; e != nil {
			v.Error = e.Class + ": " + e.Message
		}
		c.Calls = append(c.Calls, v)
	}
	scope := registry.CallerFrom(ctx).Identity.Scope // a replay runs code and shows what was recorded
	if x.Recorded && x.Error.Code == ratchet.CodeScript && scope.Has(ratchet.RightExecute) && scope.Has(ratchet.RightTraces) {
		c.Throw = atTheThrow(ctx, d, x)
	}
	return c
}

// atTheThrow replays the recording under the debugger up to the error that
// ended it. Without such a stop the analysis is the poorer and still right.
func atTheThrow(ctx context.Context, d *registry.Deps, x *ratchet.Execution) *ThrowView {
	out, err := debugOnce(ctx, d, DebugIn{
		ExecutionID: x.ID, ExceptionBreakpoints: "uncaught", CaptureVariables: true,
		Depth: 3, MaxItems: 20, MaxStops: 1, Wait: 10, TimeoutMS: int(min(10*time.Second, d.Exec.Bounds().Run).Milliseconds()),
	})
	if err != nil || out.ExecutionResult == nil || len(out.ExecutionResult.DebugTrace) == 0 {
		if err != nil {
			d.Log.Debug("no replay under the debugger", "execution", x.ID, "error", err)
		}
		return nil
	}
	stop := out.ExecutionResult.DebugTrace[0]
	v := &ThrowView{Function: stop.Function, Line: stop.Line, Variables: map[string]map[string]string{}}
	maps.Copy(v.Variables, stop.Variables)
	return v
}
