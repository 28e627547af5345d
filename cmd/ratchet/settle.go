package main

import (
	"context"

	"ratchet"
	"ratchet/server"
)

// settle waits on for work that outlasted one call's wait. The local server
// ends with the command, and would end the work with it.
func (a *app) settle(ctx context.Context, srv *server.Server, out any) (any, error) {
	told := false
	for {
		var state struct {
			Status  ratchet.Status `json:"status"`
			ID      string         `json:"execution_id"`
			Run     string         `json:"test_run_id"`
			Task    string         `json:"task_name"`
			Failure *struct {
				Code ratchet.Code `json:"code"`
			} `json:"error_details"`
		}
		if reread(out, &state) != nil || (state.Status != ratchet.StatusRunning && state.Status != ratchet.StatusPending) {
			if state.Failure != nil && told {
				a.failed = state.Failure.Code // a look at a run does not fail, but this command ran it
			}
			return out, nil
		}
		if !told {
			told = true
			a.say("still running: waiting for its end, because it runs inside this command; Ctrl-C cancels it")
		}
		tool, args := "", map[string]any{}
		switch {
		case state.Run != "":
			// The same tool with the handle waits on.
			tool, args["test_run_id"], args["task_id"] = "ratchet_run_task_tests", state.Run, state.Task
		case state.ID != "":
			tool, args["execution_id"], args["wait"] = "ratchet_get_execution_status", state.ID, 25
		default:
			return out, nil
		}
		var err error
		if out, err = a.callArgs(ctx, srv, tool, args); err != nil {
			return nil, err
		}
	}
}
