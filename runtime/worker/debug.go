package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
)

// What a debugger and its run say to each other crosses the pipe as JSON: it
// is little, and people read it at the end.

func appendDebug(b []byte, d *runtime.Debug) []byte {
	if d == nil {
		return msgp.AppendNil(b)
	}
	raw, err := json.Marshal(d)
	if err != nil { // plain data always encodes
		return msgp.AppendNil(b)
	}
	return msgp.AppendBytes(b, raw)
}

func fromJSON[T any](d *decoder) *T {
	raw := d.bytes()
	if raw == nil || d.err != nil {
		return nil
	}
	v := new(T)
	if err := json.Unmarshal(raw, v); err != nil {
		d.err = errors.Join(errMalformed, err)
		return nil
	}
	return v
}

// commandsWaiting is how many commands wait for a run that does not look.
const commandsWaiting = 256

// debugPort connects the current run with the pipe.
func (c *child) debugPort() *runtime.DebugPort {
	commands := make(chan runtime.DebugCommand, commandsWaiting)
	c.run.mu.Lock()
	c.run.steer = commands
	c.run.mu.Unlock()
	c.run.listen()
	return &runtime.DebugPort{Commands: commands, Events: func(e runtime.DebugEvent) {
		raw, err := json.Marshal(e)
		if err != nil {
			return
		}
		_ = c.send.frame(frameDebug, func(b []byte) ([]byte, error) { return append(b, raw...), nil }) // a closed pipe ends the reading loop
	}}
}

// command hands a command to the current run.
func (r *current) command(payload []byte) {
	var c runtime.DebugCommand
	if json.Unmarshal(payload, &c) != nil {
		return
	}
	r.mu.Lock()
	steer := r.steer
	r.mu.Unlock()
	select {
	case steer <- c:
	default: // no debugger is attached, or too many wait
	}
}

// steer sends commands to the child until the returned function is called.
func (p *process) steer(ctx context.Context, port *runtime.DebugPort) (end func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer ratchet.Recover("steer a run", ratchet.Logged(p.log, "steer a run"))
		for {
			select {
			case c := <-port.Commands:
				raw, err := json.Marshal(c)
				if err == nil {
					err = p.write(frameSteer, func(b []byte) []byte { return append(b, raw...) })
				}
				if err != nil {
					return // the reading side sees why
				}
			case <-over:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

// debugged passes an event on. While the run stands still its time does not pass.
func (p *process) debugged(payload []byte, port *runtime.DebugPort) error {
	var e runtime.DebugEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return fmt.Errorf("read a debugger event: %w", err)
	}
	p.mu.Lock()
	if run := p.current; run != nil {
		switch {
		case e.Stop != nil:
			run.paused = time.Now()
		case e.Gone && !run.paused.IsZero():
			run.deadline = run.deadline.Add(time.Since(run.paused))
			run.paused = time.Time{}
		}
	}
	p.mu.Unlock()
	if port != nil && port.Events != nil {
		port.Events(e)
	}
	return nil
}

// lend takes a worker with a debugged run out of the pool's number: the run may
// stand still for long, and others must be able to run meanwhile.
func (p *Pool) lend(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.mu.Lock()
	w.debugging = true
	w.mu.Unlock()
	p.refill()
}

// atWork counts the busy workers that take a place in the pool. Called with mu held.
func (p *Pool) atWork() int {
	n := 0
	for w := range p.busy {
		w.mu.Lock()
		if !w.debugging {
			n++
		}
		w.mu.Unlock()
	}
	return n
}
