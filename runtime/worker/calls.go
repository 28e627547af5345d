package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
	"ratchet/spool"
)

// spareCalls is how many host calls besides fetches may be in flight at once,
// whatever the child claims to obey.
const spareCalls = 16

// calls are the host calls of one run in flight.
type calls struct {
	process *process
	host    runtime.Host
	bodies  *spool.Account // keeps large bodies; nil = memory
	most    int            // in flight
	ctx     context.Context
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	slots   chan struct{}
}

// begin performs a call in the background. An error breaks the protocol.
func (c *calls) begin(call runtime.HostCall, refused *runtime.CallError) error {
	if c.slots == nil {
		c.slots = make(chan struct{}, c.most)
	}
	select {
	case c.slots <- struct{}{}:
	default:
		return errors.New("too many host calls at once")
	}
	c.wait.Go(func() {
		defer func() { <-c.slots }()
		if call.Fetch != nil {
			defer call.Fetch.Spooled.Release()
		}
		answer := reply{Seq: call.Seq}
		defer ratchet.Recover("answer a run", func(err error) {
			ratchet.Logged(c.process.log, "answer a run")(err)
			c.answer(&reply{Seq: call.Seq, Closed: err.Error()})
		})
		if refused != nil {
			answer.Error = refused
		} else if c.host == nil {
			answer.Closed = "this run has no host"
		} else {
			var err error
			if answer.HostReply, err = c.host.Call(c.ctx, call); err != nil {
				answer.Closed = err.Error()
			}
		}
		c.answer(&answer)
	})
	return nil
}

// answer sends a reply. One that cannot be sent is replaced by an error.
func (c *calls) answer(r *reply) {
	err := c.process.reply(r)
	if r.Fetch != nil {
		r.Fetch.Spooled.Release()
	}
	if errors.Is(err, errFrameTooLarge) {
		_ = c.process.reply(&reply{Seq: r.Seq, HostReply: runtime.HostReply{Error: tooLarge("the response is too large for the worker")}})
	}
}

// reply writes a reply; a body that is not in memory goes through it piece by
// piece.
func (p *process) reply(r *reply) error {
	if r.Fetch == nil || r.Fetch.Spooled == nil {
		return p.write(frameReply, func(b []byte) []byte { return appendReply(b, r) })
	}
	body := r.Fetch.Spooled
	if body.Size() > maxFrame {
		return errFrameTooLarge
	}
	p.sendMu.Lock()
	defer p.sendMu.Unlock()
	b, err := lengthen(appendReply(beginFrame(p.buf[:0], frameReply), r), 0, int(body.Size()))
	if err != nil {
		return err
	}
	p.buf, p.last = b[:0], frameReply
	if _, err := p.in.Write(b); err != nil {
		return err
	}
	if _, err := body.WriteTo(p.in); err != nil {
		p.kill() // it waits for the rest of a frame
		return fmt.Errorf("send a body: %w", err)
	}
	return nil
}

// readCall reads a call whose payload has size bytes. refused is why its body
// was not kept; the call is answered with that.
func (p *process) readCall(size int, bodies *spool.Account) (call runtime.HostCall, refused *runtime.CallError, err error) {
	f := p.frames
	if bodies == nil || size <= keepBuffer {
		payload, err := f.payload(size)
		if err != nil {
			return call, nil, err
		}
		call, err = decodeCall(payload)
		return call, nil, err
	}
	if err := f.fill(keepBuffer); err != nil {
		return call, nil, cutOff(err)
	}
	call, n, err := decodeCallHead(f.buf[f.from : f.from+keepBuffer])
	if err != nil {
		return call, nil, errors.Join(errMalformed, err)
	}
	f.from += n
	rest := f.rest(size - n)
	call.Fetch.Body, call.Fetch.Spooled, err = bodies.Keep(rest)
	if err == nil {
		if call.Fetch.BodySize() < int64(size-n) {
			return call, nil, io.ErrUnexpectedEOF
		}
		return call, nil, nil
	}
	refused, known := runtime.NoRoom(err)
	if !known {
		return call, nil, err
	}
	_, err = io.Copy(io.Discard, rest)
	return call, refused, err
}

// decodeCallHead reads a call up to its body, which must be the rest of the
// payload, and returns where that begins.
func decodeCallHead(payload []byte) (c runtime.HostCall, n int, err error) {
	d := decoder{b: payload}
	if c = d.call(); c.Fetch == nil {
		return c, 0, errMalformed
	}
	read(&d, msgp.ReadBytesHeader)
	return c, len(payload) - len(d.b), d.err
}
