package dap

import (
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

// move does the requests that move the run; false = r is none of them. The run
// has begun to move when the answer is sent, so that a pause that comes next
// finds it moving.
func (c *conversation) move(r dap.RequestMessage) bool {
	action, done := "", dap.ResponseMessage(nil)
	switch r := r.(type) {
	case *dap.ContinueRequest:
		action, done = "continue", &dap.ContinueResponse{Response: answer(r), Body: dap.ContinueResponseBody{AllThreadsContinued: true}}
	case *dap.NextRequest:
		action, done = "step_over", &dap.NextResponse{Response: answer(r)}
	case *dap.StepInRequest:
		action, done = "step_into", &dap.StepInResponse{Response: answer(r)}
	case *dap.StepOutRequest:
		action, done = "step_out", &dap.StepOutResponse{Response: answer(r)}
	case *dap.StepBackRequest:
		action, done = "step_back", &dap.StepBackResponse{Response: answer(r)}
	case *dap.PauseRequest:
		if _, err := c.act("pause", map[string]any{"wait": 0}); err != nil {
			c.fail(r, err)
			return true
		}
		c.send(&dap.PauseResponse{Response: answer(r)})
		return true // the move in progress reports the stop
	default:
		return false
	}
	out, err := c.act(action, map[string]any{"wait": 0})
	c.send(done)
	c.running.Go(func() { c.follow(out, err) })
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
	defer func() {
		if recover() != nil {
			c.output("stderr", "the debugger failed to follow the run\n")
			c.send(&dap.TerminatedEvent{Event: event("terminated")})
		}
	}()
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
