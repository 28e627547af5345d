package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"ratchet"
	"ratchet/runtime"
)

// check refuses arguments that contradict each other or the action.
func (in DebugIn) check() error {
	begins := in.Action == "start" || in.Action == "" && in.SessionID == ""
	bad := func(pointer, format string, args ...any) *ratchet.Error {
		return ratchet.Errorf(ratchet.CodeInvalid, format, args...).At(pointer)
	}
	switch {
	case in.TaskID != "" && in.ExecutionID != "":
		return bad("/execution_id", "give task_id for a live run or execution_id for a recorded one, not both")
	case begins && in.SessionID != "":
		return bad("/session_id", "start begins a session of its own; leave session_id out")
	case begins && in.TaskID == "" && in.ExecutionID == "":
		return bad("/task_id", "give task_id and input for a live run, or execution_id for a recorded one").WithHint("ratchet_list_available_tasks and ratchet_list_executions show what there is")
	case begins && in.TaskID != "" && len(in.Input) == 0:
		return bad("/input", "a live run needs its input").WithHint("give {} for an empty one")
	case !begins && in.SessionID == "":
		return bad("/session_id", "%s needs the session_id that start returned", in.Action).Next("ratchet_debug_task_execution", map[string]any{"action": "start"})
	case (in.Action == "evaluate" || in.Action == "set_variable") && in.Expression == "":
		return bad("/expression", "%s needs an expression", in.Action)
	case in.Action == "set_variable" && in.Path == "":
		return bad("/path", "set_variable needs the path of what to set, such as total or order.items[3].price")
	case in.Action == "run_to" && in.Line == 0:
		return bad("/line", "run_to needs a line")
	}
	for i, w := range in.Watches {
		if err := runtime.CheckExpression(w); err != nil {
			return bad("/watches/"+strconv.Itoa(i), "%s", err)
		}
	}
	return nil
}

// breakpoints reads line numbers and objects.
func (in DebugIn) breakpoints() ([]runtime.Breakpoint, error) {
	out := make([]runtime.Breakpoint, 0, len(in.Breakpoints))
	ids := map[string]bool{}
	for i, raw := range in.Breakpoints {
		pointer := "/breakpoints/" + strconv.Itoa(i)
		b, err := readBreakpoint(raw.RawMessage)
		if err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "breakpoint %d: %s", i+1, err).At(pointer).
				WithHint("write a line number, or {line, column, condition, hit_count, log_message, source, id}").
				With(ratchet.FieldExample, `[12, {"line": 20, "condition": "n > 3"}]`)
		}
		if b.ID == "" {
			b.ID = strconv.Itoa(i + 1)
		}
		if ids[b.ID] {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "two breakpoints have the id %q", b.ID).At(pointer + "/id")
		}
		ids[b.ID] = true
		if b.Condition != "" {
			if err := runtime.CheckExpression(b.Condition); err != nil {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "the condition of breakpoint %s: %s", b.ID, err).At(pointer + "/condition")
			}
		}
		out = append(out, b)
	}
	return out, nil
}

func readBreakpoint(raw json.RawMessage) (runtime.Breakpoint, error) {
	raw = bytes.TrimSpace(raw)
	var b runtime.Breakpoint
	if len(raw) == 0 || raw[0] != '{' {
		text := string(bytes.Trim(raw, `"`))
		line, err := strconv.Atoi(text)
		if err != nil || line < 1 {
			return b, fmt.Errorf("%s is no line number from 1 on", clipText(text, 40))
		}
		return runtime.Breakpoint{Line: line}, nil
	}
	var given struct {
		ID        any    `json:"id"`
		Source    string `json:"source"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
		Condition string `json:"condition"`
		HitCount  int    `json:"hit_count"`
		Log       string `json:"log_message"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&given); err != nil {
		return b, fmt.Errorf("it cannot be read")
	}
	if given.Line < 1 || given.Column < 0 || given.HitCount < 0 {
		return b, fmt.Errorf("line must be 1 or more, column and hit_count not negative")
	}
	b = runtime.Breakpoint{
		Source: given.Source, Line: given.Line, Column: given.Column, Condition: given.Condition, HitCount: given.HitCount, Log: given.Log,
	}
	if given.ID != nil {
		b.ID = fmt.Sprint(given.ID)
	}
	return b, nil
}

func clipText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}

// debugFeatures is what this debugger can do.
func debugFeatures(recorded bool) []string {
	all := []string{
		"breakpoints", "conditions", "hit_counts", "logpoints", "exception_breakpoints", "debugger_statements",
		"stepping", "step_back", "run_to", "pause", "async_frames", "evaluate", "inspect", "watches", "set_variable", "source_maps",
	}
	if recorded {
		return slices.DeleteFunc(all, func(f string) bool { return f == "set_variable" })
	}
	return all
}
