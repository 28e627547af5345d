package runtime

import (
	"context"
	"fmt"
	"sync"

	"ratchet"
)

// TapeHost is a Host that answers fetches from recorded calls, by method, URL
// and occurrence: for runs whose order is not the recorded one. It is safe for
// concurrent use, for one run.
type TapeHost struct {
	secrets Host

	mu    sync.Mutex
	left  []TapeCall
	wants []string // requests without a recorded answer
}

// NewTapeHost returns a host that answers each call of calls once. secrets is
// asked for the values of secrets; nil = they are redacted.
func NewTapeHost(calls []TapeCall, secrets Host) *TapeHost {
	return &TapeHost{secrets: secrets, left: append([]TapeCall(nil), calls...)}
}

// Call implements Host. A request that no recorded call answers closes the
// door, so that nothing goes on with a wrong answer.
func (h *TapeHost) Call(ctx context.Context, call HostCall) (HostReply, error) {
	if call.Kind.Secret() {
		return h.secret(ctx, call)
	}
	if call.Fetch == nil {
		return HostReply{}, fmt.Errorf("%w: no %s is on the tape", errTapeEnd, call.Kind)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.left {
		c := &h.left[i]
		f := c.Call.Fetch
		if f != nil && c.answered() && f.Method == call.Fetch.Method && sameText(f.URL, call.Fetch.URL) {
			reply := c.Reply
			h.left = append(h.left[:i:i], h.left[i+1:]...)
			return reply, nil
		}
	}
	h.wants = append(h.wants, describeCall(&call))
	return HostReply{}, fmt.Errorf("%w: %s is not on the tape", errTapeEnd, describeCall(&call))
}

func (h *TapeHost) secret(ctx context.Context, call HostCall) (HostReply, error) {
	h.mu.Lock()
	for _, c := range h.left {
		if c.Call.Kind == call.Kind && c.Call.Secret == call.Secret && c.Reply.Error != nil {
			h.mu.Unlock()
			return c.Reply, nil
		}
	}
	h.mu.Unlock()
	if h.secrets != nil {
		if reply, err := h.secrets.Call(ctx, call); err == nil && reply.Error == nil {
			return reply, nil
		}
	}
	return HostReply{Secret: Redacted}, nil
}

// Unmatched are the requests that no recorded call answered.
func (h *TapeHost) Unmatched() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.wants...)
}

var _ Host = (*TapeHost)(nil)

// bare says that a tape has calls but no order of events: its worker died, or
// it was made from a HAR file.
func (f *follower) bare() bool { return len(f.tape.Events) == 0 && !f.tape.Complete && !f.fork }

// serve answers a run from the calls of a bare tape. The clock begins when the
// recorded run did and moves with timers only.
func (v *vm) serve(f *follower) {
	f.live = true
	v.follow = f
	if v.job.Clock == 0 {
		v.job.Clock = max(f.tape.Header.Start, 1)
	}
	v.hooks.Host = NewTapeHost(f.tape.Calls, v.hooks.Host)
}

// unservedFailure words a call that is not on the tape of a run without order.
func unservedFailure() *ratchet.ExecutionError {
	return &ratchet.ExecutionError{
		Code: ratchet.CodeUnavailable, Type: "recording_end",
		Message: "the task makes a request that the recording does not have",
		Hint:    "The recording holds requests and answers without their order; the run behind it ended before this request.",
	}
}
