package executor

import (
	"encoding/json"
	"fmt"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/broker"
)

// Patch changes what a recorded event gave to the task.
type Patch struct {
	Event int             `json:"event"` // seq of the event
	Value json.RawMessage `json:"value"` // of a request or its reply: the response, as in a mock; of a reading of the clock: the time
}

// patchTape changes events of a tape that lie before at.
func patchTape(tape *runtime.Tape, at int, patches []Patch) error {
	for i, p := range patches {
		pointer := fmt.Sprintf("/patch/%d", i)
		if p.Event < 1 || p.Event >= at || p.Event > len(tape.Events) {
			return ratchet.Errorf(ratchet.CodeInvalid, "event %d is not in the recorded part, which is events 1 to %d", p.Event, max(at-1, 0)).
				At(pointer + "/event").WithHint("raise at_step above the event, so that its changed value is what the task sees")
		}
		if err := patchEvent(tape, &tape.Events[p.Event-1], p.Value); err != nil {
			return ratchet.AsError(err).At(pointer + "/value")
		}
	}
	return nil
}

func patchEvent(tape *runtime.Tape, e *runtime.TapeEvent, value json.RawMessage) error {
	switch e.Kind {
	case runtime.TapeIssue, runtime.TapeDone:
		for i := range tape.Calls {
			if c := &tape.Calls[i]; c.Call.Seq == e.ID {
				return patchCall(c, value)
			}
		}
	case runtime.TapeNow:
		us, err := patchedTime(value)
		e.Value = us
		return err
	case runtime.TapeElapsed:
		var ms float64
		if json.Unmarshal(value, &ms) != nil || ms < 0 {
			return ratchet.Errorf(ratchet.CodeInvalid, "the value of a running timer is a number of milliseconds")
		}
		e.Value = int64(ms * 1000)
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "this event gives the task no value that could be changed").
		WithHint("requests, their replies and readings of the clock can be patched")
}

func patchCall(c *runtime.TapeCall, value json.RawMessage) error {
	if c.Call.Fetch == nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the value of a secret is not on the recording and cannot be patched").
			WithHint("change the secret on the server")
	}
	var failure struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	// A value of another shape is a response.
	if json.Unmarshal(value, &failure) == nil && (failure.Error == "network" || failure.Error == "timeout") {
		c.Reply = runtime.HostReply{Error: &runtime.CallError{Class: "NetworkError", Code: "unreachable", Message: failure.Message}}
		if failure.Error == "timeout" {
			c.Reply.Error.Class, c.Reply.Error.Code = "TimeoutError", "timeout"
		}
		if failure.Message == "" {
			c.Reply.Error.Message = "the request failed (patched)"
		}
		return nil
	}
	response, bad := broker.Response(value, c.Call.Fetch.URL)
	if bad != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "%s", bad.Message)
	}
	if c.Reply.Fetch != nil {
		response.Timing = c.Reply.Fetch.Timing
	}
	c.Reply = runtime.HostReply{Fetch: response}
	return nil
}

// patchedTime reads RFC 3339 or milliseconds since 1970.
func patchedTime(value json.RawMessage) (int64, error) {
	var text string
	var ms float64
	if json.Unmarshal(value, &text) == nil {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.UnixMicro(), nil
		}
	} else if json.Unmarshal(value, &ms) == nil {
		return int64(ms * 1000), nil
	}
	return 0, ratchet.Errorf(ratchet.CodeInvalid, "the value of a reading of the clock is an RFC 3339 time or milliseconds since 1970")
}
