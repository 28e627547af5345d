package dap

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/go-dap"
)

// handle does one request; true = the conversation is over.
func (c *conversation) handle(r dap.RequestMessage) (over bool) {
	var err error
	switch r := r.(type) {
	case *dap.InitializeRequest:
		c.send(&dap.InitializeResponse{Response: answer(r), Body: capabilities()})
		c.send(&dap.InitializedEvent{Event: event("initialized")})
	case *dap.LaunchRequest:
		err = c.launch(r)
	case *dap.AttachRequest:
		err = c.attach(r)
	case *dap.SetBreakpointsRequest:
		err = c.setBreakpoints(r)
	case *dap.SetExceptionBreakpointsRequest:
		err = c.setExceptions(r)
	case *dap.ConfigurationDoneRequest:
		c.send(&dap.ConfigurationDoneResponse{Response: answer(r)})
		c.mu.Lock()
		c.configured = true
		c.mu.Unlock()
		c.begin()
	case *dap.ThreadsRequest:
		c.send(&dap.ThreadsResponse{Response: answer(r), Body: dap.ThreadsResponseBody{Threads: []dap.Thread{{Id: threadID, Name: "task"}}}})
	case *dap.DisconnectRequest:
		c.leave()
		c.send(&dap.DisconnectResponse{Response: answer(r)})
		return true
	case *dap.TerminateRequest:
		c.leave()
		c.send(&dap.TerminateResponse{Response: answer(r)})
		c.send(&dap.TerminatedEvent{Event: event("terminated")})
	default:
		if known := c.move(r); !known {
			err = c.look(r)
		}
	}
	if err != nil {
		c.fail(r, err)
	}
	return false
}

// threadID is the number of the only thread: a task has one.
const threadID = 1

func capabilities() dap.Capabilities {
	return dap.Capabilities{
		SupportsConfigurationDoneRequest: true, SupportsConditionalBreakpoints: true, SupportsHitConditionalBreakpoints: true,
		SupportsLogPoints: true, SupportsEvaluateForHovers: true, SupportsStepBack: true, SupportsSetVariable: true,
		SupportsTerminateRequest: true, SupportsExceptionInfoRequest: true,
		ExceptionBreakpointFilters: []dap.ExceptionBreakpointsFilter{
			{Filter: "uncaught", Label: "Uncaught errors", Default: true}, {Filter: "all", Label: "All errors"},
		},
	}
}

// move does the requests that move the run; false = r is none of them.
func (c *conversation) move(r dap.RequestMessage) bool {
	action := ""
	switch r := r.(type) {
	case *dap.ContinueRequest:
		c.send(&dap.ContinueResponse{Response: answer(r), Body: dap.ContinueResponseBody{AllThreadsContinued: true}})
		action = "continue"
	case *dap.NextRequest:
		c.send(&dap.NextResponse{Response: answer(r)})
		action = "step_over"
	case *dap.StepInRequest:
		c.send(&dap.StepInResponse{Response: answer(r)})
		action = "step_into"
	case *dap.StepOutRequest:
		c.send(&dap.StepOutResponse{Response: answer(r)})
		action = "step_out"
	case *dap.StepBackRequest:
		c.send(&dap.StepBackResponse{Response: answer(r)})
		action = "step_back"
	case *dap.PauseRequest:
		if _, err := c.act("pause", map[string]any{"wait": 0}); err != nil {
			c.fail(r, err)
			return true
		}
		c.send(&dap.PauseResponse{Response: answer(r)})
		return true // the move under way tells of the stop
	default:
		return false
	}
	c.running.Go(func() { c.follow(c.act(action, nil)) })
	return true
}

// begin starts the session once the editor has said all it wants.
func (c *conversation) begin() {
	c.mu.Lock()
	args := c.start
	if args == nil || !c.configured {
		c.mu.Unlock()
		return
	}
	c.start = nil
	args["action"], args["exception_breakpoints"], args["breakpoints"] = "start", c.exceptions, c.breakpoints()
	c.mu.Unlock()
	c.running.Go(func() { c.follow(c.call(args)) })
}

// follow tells the editor how far the run got, waiting on while it runs.
func (c *conversation) follow(out result, err error) {
	for {
		if err != nil {
			c.output("stderr", err.Error()+"\n")
			c.mu.Lock()
			paused := c.session != "" && c.state.Status == "paused"
			c.mu.Unlock()
			if paused { // what was asked for cannot be done: the run stands where it stood
				c.send(&dap.StoppedEvent{Event: event("stopped"), Body: dap.StoppedEventBody{Reason: "step", ThreadId: threadID, AllThreadsStopped: true}})
			} else {
				c.send(&dap.TerminatedEvent{Event: event("terminated")})
			}
			return
		}
		c.mu.Lock()
		c.session, c.state, c.refs = out.SessionID, out, nil
		c.mu.Unlock()
		for _, line := range out.Console {
			category := "stdout"
			switch {
			case line.Breakpoint != "":
				category = "console"
			case line.Level == "error" || line.Level == "warn":
				category = "stderr"
			}
			c.output(category, line.Message+"\n")
		}
		c.tellBreakpoints(out)
		switch out.Status {
		case "paused":
			c.stopped(out)
			return
		case "still_running":
			out, err = c.act("continue", nil)
			continue
		}
		c.ended(out)
		return
	}
}

func (c *conversation) output(category, text string) {
	c.send(&dap.OutputEvent{Event: event("output"), Body: dap.OutputEventBody{Category: category, Output: text}})
}

func (c *conversation) stopped(out result) {
	reason := map[string]string{"debugger_statement": "breakpoint"}[out.Reason]
	if reason == "" {
		reason = out.Reason
	}
	body := dap.StoppedEventBody{Reason: reason, ThreadId: threadID, AllThreadsStopped: true}
	if out.Exception != nil {
		body.Text = out.Exception.Name + ": " + out.Exception.Message
	}
	c.send(&dap.StoppedEvent{Event: event("stopped"), Body: body})
}

func (c *conversation) ended(out result) {
	code := 0
	c.mu.Lock()
	c.session = ""
	c.mu.Unlock()
	if x := out.Execution; x != nil {
		if x.Error != nil {
			code = 1
			c.output("stderr", x.Error.Name+": "+x.Error.Message+"\n")
		} else {
			c.output("stdout", string(x.Result)+"\n")
		}
	}
	c.send(&dap.ExitedEvent{Event: event("exited"), Body: dap.ExitedEventBody{ExitCode: code}})
	c.send(&dap.TerminatedEvent{Event: event("terminated")})
}

// launchArguments are those of launch and attach.
type launchArguments struct {
	Task        string          `json:"task"`
	Program     string          `json:"program"` // folder of a task, or a file in it
	Input       json.RawMessage `json:"input"`
	Execution   string          `json:"executionId"`
	StopOnEntry bool            `json:"stopOnEntry"`
	Watches     []string        `json:"watches"`
}

func (c *conversation) launch(r *dap.LaunchRequest) error {
	var in launchArguments
	if err := json.Unmarshal(r.Arguments, &in); err != nil {
		return fmt.Errorf("read the launch configuration: %w", err)
	}
	if in.Execution != "" {
		return fmt.Errorf("a recorded execution is attached to: write \"request\": \"attach\"")
	}
	if in.Task == "" && in.Program != "" && c.Load != nil {
		folder := in.Program
		if filepath.Ext(folder) != "" {
			folder = filepath.Dir(folder)
		}
		task, err := c.Load(c.ctx, folder)
		if err != nil {
			return err
		}
		in.Task, c.Root = task, folder
	}
	if in.Task == "" {
		in.Task = c.Task
	}
	if in.Task == "" {
		return fmt.Errorf("the launch configuration names no task: give \"task\" or \"program\"")
	}
	if len(in.Input) == 0 {
		in.Input = c.Input
	}
	if len(in.Input) == 0 {
		in.Input = json.RawMessage("{}")
	}
	c.want(map[string]any{"task_id": in.Task, "input": in.Input, "step_mode": in.StopOnEntry, "watches": in.Watches})
	c.send(&dap.LaunchResponse{Response: answer(r)})
	c.begin()
	return nil
}

func (c *conversation) attach(r *dap.AttachRequest) error {
	var in launchArguments
	if err := json.Unmarshal(r.Arguments, &in); err != nil {
		return fmt.Errorf("read the attach configuration: %w", err)
	}
	if in.Execution == "" {
		return fmt.Errorf("the attach configuration names no execution: give \"executionId\"")
	}
	c.want(map[string]any{"execution_id": in.Execution, "step_mode": in.StopOnEntry, "watches": in.Watches})
	c.send(&dap.AttachResponse{Response: answer(r)})
	c.begin()
	return nil
}

func (c *conversation) want(args map[string]any) {
	if w, ok := args["watches"].([]string); ok && w == nil {
		delete(args, "watches")
	}
	c.mu.Lock()
	c.start = args
	c.mu.Unlock()
}
