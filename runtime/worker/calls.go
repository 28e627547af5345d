package worker

import (
	"context"
	"errors"
	"sync"

	"ratchet/runtime"
)

// maxCalls bounds host calls in flight whatever the child claims to obey.
const maxCalls = 1024

// calls are the host calls of one run in flight.
type calls struct {
	process *process
	host    runtime.Host
	ctx     context.Context
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	slots   chan struct{}
}

func (c *calls) begin(call runtime.HostCall) error {
	if c.slots == nil {
		c.slots = make(chan struct{}, maxCalls)
	}
	select {
	case c.slots <- struct{}{}:
	default:
		return errors.New("too many host calls at once")
	}
	c.wait.Go(func() {
		defer func() { <-c.slots }()
		answer := reply{Seq: call.Seq}
		if c.host == nil {
			answer.Closed = "this run has no host"
		} else if r, err := c.host.Call(c.ctx, call); err != nil {
			answer.Closed = err.Error()
		} else {
			answer.HostReply = r
		}
		err := c.process.write(frameReply, func(b []byte) []byte { return appendReply(b, &answer) })
		if errors.Is(err, errFrameTooLarge) {
			answer = reply{Seq: call.Seq, HostReply: runtime.HostReply{Error: &runtime.CallError{
				Class: "DataError", Code: "too_large", Message: "the response is too large for the worker",
			}}}
			_ = c.process.write(frameReply, func(b []byte) []byte { return appendReply(b, &answer) })
		}
	})
	return nil
}
