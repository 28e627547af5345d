package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ratchet"
)

const debugHelp = `  c continue      n step over     s step into     o step out     b step back
  u LINE          run to a line
  p EXPRESSION    evaluate        i PATH          look into a value
  v               variables       w               where: the calls
  B LINE …        replace the breakpoints (LINE:CONDITION)
  = PATH EXPR     set a variable of a live run
  q               end the run     h               this help`

// debugView is what the command line shows of a session.
type debugView struct {
	SessionID string `json:"session_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
	Location  *struct {
		Source  string `json:"source"`
		Line    int    `json:"line"`
		Snippet string `json:"snippet"`
	} `json:"location"`
	Exception *struct {
		Name    string `json:"name"`
		Message string `json:"message"`
	} `json:"exception"`
	Frames []struct {
		Function string `json:"function"`
		Source   string `json:"source"`
		Line     int    `json:"line"`
		Async    bool   `json:"async"`
	} `json:"frames"`
	Variables map[string]map[string]string `json:"variables"`
	Console   []struct {
		Level   string `json:"level"`
		Message string `json:"message"`
	} `json:"console"`
	Breakpoints []struct {
		ID      string `json:"id"`
		Message string `json:"message"`
	} `json:"breakpoints"`
	Value *struct {
		Preview string `json:"preview"`
		Members []struct {
			Name    string `json:"name"`
			Preview string `json:"preview"`
		} `json:"members"`
	} `json:"value"`
	Execution *struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Name    string `json:"name"`
			Message string `json:"message"`
			Line    *int   `json:"line"`
		} `json:"error"`
	} `json:"execution_result"`
}

// stepThrough is the interactive debugger: one command a line.
func (a *app) stepThrough(ctx context.Context, to reach, f debugFlags, task string, input json.RawMessage) error {
	breaks, err := breakArguments(f.breaks)
	if err != nil {
		return err
	}
	args := map[string]any{"action": "start", "breakpoints": breaks, "step_mode": f.entry || len(f.breaks) == 0 && f.execution == ""}
	if f.execution != "" {
		args["execution_id"] = f.execution
	} else {
		args["task_id"], args["input"] = task, input
	}
	view, err := a.debugCall(ctx, to, args)
	if err != nil {
		return err
	}
	a.say("%s", debugHelp)
	in := a.lines(ctx)
	for {
		a.showStop(view)
		if view.Status != "paused" {
			return nil
		}
		next, quit := a.debugLine(ctx, to, in, view)
		if quit {
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
			defer cancel()
			_, err := a.debugCall(ending, to, map[string]any{"action": "stop", "session_id": view.SessionID})
			return err
		}
		view = next
	}
}

// lines are the lines of stdin, which cannot be interrupted itself.
func (a *app) lines(ctx context.Context) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		defer ratchet.Recover("read the commands", a.complain)
		for in := bufio.NewScanner(a.stdin); in.Scan(); {
			select {
			case out <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// debugLine does commands until one moves the run; quit = it is to end.
func (a *app) debugLine(ctx context.Context, to reach, in <-chan string, view debugView) (next debugView, quit bool) {
	moves := map[string]string{"c": "continue", "n": "step_over", "s": "step_into", "o": "step_out", "b": "step_back", "u": "run_to"}
	for {
		fmt.Fprint(a.stderr, "(debug) ")
		var line string
		select {
		case next, more := <-in:
			if !more {
				return view, true
			}
			line = next
		case <-ctx.Done():
			return view, true
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		args := map[string]any{"session_id": view.SessionID, "action": moves[verb]}
		switch verb {
		case "":
			continue
		case "q":
			return view, true
		case "h":
			a.say("%s", debugHelp)
			continue
		case "w":
			for i, f := range view.Frames {
				a.printText(fmt.Sprintf("  %d %s %s:%d%s", i, f.Function, f.Source, f.Line, map[bool]string{true: " (awaits)"}[f.Async]))
			}
			continue
		case "u":
			args["line"], _ = strconv.Atoi(rest)
		case "c", "n", "s", "o", "b":
		case "p":
			args["action"], args["expression"] = "evaluate", rest
		case "i":
			args["action"], args["path"] = "inspect", rest
		case "v":
			args["action"] = "inspect"
		case "B":
			breaks, err := breakArguments(strings.Fields(rest))
			if err != nil {
				a.complain(ratchet.AsError(err))
				continue
			}
			args["action"], args["breakpoints"] = "set_breakpoints", breaks
		case "=":
			path, value, _ := strings.Cut(rest, " ")
			args["action"], args["path"], args["expression"] = "set_variable", path, value
		default:
			a.say("unknown command %q; h shows all", verb)
			continue
		}
		got, err := a.debugCall(ctx, to, args)
		switch {
		case err != nil:
			a.complain(ratchet.AsError(err))
		case moves[verb] != "":
			return got, false
		default:
			a.showLook(got, verb)
		}
	}
}

// debugCall calls the tool and waits until the run stands still or has ended.
func (a *app) debugCall(ctx context.Context, to reach, args map[string]any) (debugView, error) {
	for {
		raw, err := to.call(ctx, debugTool, args)
		if err != nil {
			return debugView{}, err
		}
		var view debugView
		if err := json.Unmarshal(raw, &view); err != nil {
			return debugView{}, fmt.Errorf("read the debugger's answer: %w", err)
		}
		for _, line := range view.Console {
			a.printText(line.Level + ": " + line.Message)
		}
		if view.Status != "still_running" {
			return view, nil
		}
		args = map[string]any{"action": "continue", "session_id": view.SessionID}
	}
}

// breakArguments reads LINE and LINE:CONDITION.
func breakArguments(list []string) ([]any, error) {
	out := []any{}
	for _, text := range list {
		line, condition, _ := strings.Cut(text, ":")
		number, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil || number < 1 {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%q is no line to stop at", text).WithHint("LINE or LINE:CONDITION, e.g. '9:sum === 0'")
		}
		if condition == "" {
			out = append(out, number)
			continue
		}
		out = append(out, map[string]any{"line": number, "condition": condition})
	}
	return out, nil
}

func (a *app) showStop(v debugView) {
	for _, b := range v.Breakpoints {
		if b.Message != "" {
			a.say("breakpoint %s: %s", b.ID, b.Message)
		}
	}
	if v.Status != "paused" {
		a.showEnd(v)
		return
	}
	if e := v.Exception; e != nil {
		a.printText(fmt.Sprintf("%s: %s", e.Name, e.Message))
	}
	if l := v.Location; l != nil && len(v.Frames) > 0 {
		a.printText(fmt.Sprintf("%s in %s, %s:%d\n%s", v.Reason, v.Frames[0].Function, l.Source, l.Line, l.Snippet))
	}
}

func (a *app) showEnd(v debugView) {
	switch x := v.Execution; {
	case x == nil:
		a.printText(v.Status)
	case x.Error != nil:
		a.failed = ratchet.CodeScript
		a.printText(fmt.Sprintf("%s: %s", x.Error.Name, x.Error.Message))
	default:
		a.printText(v.Status + " " + string(x.Result))
	}
}

func (a *app) showLook(v debugView, verb string) {
	if v.Value != nil {
		a.printText(v.Value.Preview)
		if verb == "i" {
			for _, m := range v.Value.Members {
				a.printText("  " + m.Name + " = " + m.Preview)
			}
		}
		return
	}
	if verb == "B" {
		a.showStop(debugView{Status: "paused", Breakpoints: v.Breakpoints})
		return
	}
	for _, scope := range []string{"block", "local", "closure", "module", "this"} {
		for _, name := range slices.Sorted(maps.Keys(v.Variables[scope])) {
			a.printText(fmt.Sprintf("  %-8s %s = %s", scope, name, v.Variables[scope][name]))
		}
	}
}
