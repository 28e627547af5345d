package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"ratchet"
)

// TapeHost is a Host that answers fetches from recorded calls, by method, URL
// and occurrence: for runs whose order is not the recorded one. It is safe for
// concurrent use, for one run.
type TapeHost struct {
	secrets Host
	refused map[string]HostReply // by kind and name: secrets that were not to be had

	mu     sync.Mutex
	calls  []TapeCall
	exact  map[string][]int // by method and URL: indexes of calls that are left, in order
	masked []int            // the same of those with a secret in their URL
	wants  []string         // requests without a recorded answer
}

// NewTapeHost returns a host that answers each call of calls once. secrets is
// asked for the values of secrets; nil = they are redacted.
func NewTapeHost(calls []TapeCall, secrets Host) *TapeHost {
	h := &TapeHost{secrets: secrets, calls: calls, refused: map[string]HostReply{}, exact: map[string][]int{}}
	for i := range calls {
		c := &calls[i]
		f := c.Call.Fetch
		switch {
		case f == nil && c.Reply.Error != nil:
			if _, known := h.refused[refusedKey(c.Call)]; !known {
				h.refused[refusedKey(c.Call)] = c.Reply
			}
		case f == nil || !c.answered():
		case strings.Contains(f.URL, Redacted):
			h.masked = append(h.masked, i)
		default:
			key := f.Method + " " + f.URL
			h.exact[key] = append(h.exact[key], i)
		}
	}
	return h
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
	if i, ok := h.take(call.Fetch); ok {
		return h.calls[i].Reply, nil
	}
	h.wants = append(h.wants, describeCall(&call))
	missing := &CallError{Class: "ConfigurationError", Code: "unrecorded_request", Message: "the recording that answers this run has no " + call.Fetch.Method + " " + call.Fetch.URL}
	return HostReply{Error: missing}, fmt.Errorf("%w: %s is not on the tape", errTapeEnd, describeCall(&call))
}

// take finds the first call left that is like f. Called with mu held.
func (h *TapeHost) take(f *FetchRequest) (int, bool) {
	key := f.Method + " " + f.URL
	exact := h.exact[key]
	for at, i := range h.masked {
		if len(exact) > 0 && exact[0] < i {
			break
		}
		if c := h.calls[i].Call.Fetch; c.Method == f.Method && sameText(c.URL, f.URL) {
			h.masked = slices.Delete(h.masked, at, at+1)
			return i, true
		}
	}
	if len(exact) == 0 {
		return 0, false
	}
	h.exact[key] = exact[1:]
	return exact[0], true
}

func refusedKey(c HostCall) string { return string(c.Kind) + " " + c.Secret }

func (h *TapeHost) secret(ctx context.Context, call HostCall) (HostReply, error) {
	if reply, ok := h.refused[refusedKey(call)]; ok {
		return reply, nil
	}
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
