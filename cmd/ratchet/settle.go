package main

import (
	"context"

	"ratchet"
)

// What settle tells the person.
const (
	insideThis  = "because it runs inside this command; Ctrl-C cancels it"
	insideOwner = "in the process that owns the data directory; Ctrl-C leaves it running"
)

// settle waits on for work that outlasted one call's wait; why says what the
// person is informed.
func (a *app) settle(ctx context.Context, why string, again toolCall, out any) (any, error) {
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
			a.say("still running: waiting for its end, %s", why)
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
		if out, err = again(ctx, tool, args); err != nil {
			return nil, err
		}
	}
}
