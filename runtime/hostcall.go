package runtime

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dop251/goja"

	"ratchet"
)

// call asks the host for an effect and returns the call's number at once.
// settle runs with the reply as a macrotask on the VM's goroutine; microtasks
// drain after it. A fetch beyond the waiting limit is answered with a
// RateLimitError instead of being sent.
func (v *vm) call(c HostCall, settle func(HostReply)) int64 {
	v.effect("it asks the host")
	l := v.loop
	if l.pending == nil {
		l.pending = map[int64]func(HostReply){}
		l.done = make(chan completion, 16)
	}
	l.seq++
	seq := l.seq
	c.Seq = seq
	if v.debugger != nil {
		settle = v.debugger.tellCall(c, settle)
	}
	if v.following() {
		v.followCall(c)
		l.pending[seq] = settle
		return seq
	}
	l.pending[seq] = settle
	v.send(c)
	return seq
}

// send puts a call on its way to the host, and on the tape.
func (v *vm) send(c HostCall) {
	l := v.loop
	if c.Kind != CallFetch {
		v.order.add(TapeIssue, c.Seq, IssueSent)
		v.wait.Go(func() { v.perform(c) })
		return
	}
	state := l.slots.take(c)
	value := int64(IssueSent)
	if state == slotRefused {
		value = IssueRefused
	}
	v.order.add(TapeIssue, c.Seq, value)
	switch state {
	case slotFree:
		v.wait.Go(func() {
			defer ratchet.Recover("call the host", func(err error) { v.cancel(err) })
			for next, ok := c, true; ok; next, ok = l.slots.release() {
				v.perform(next)
			}
		})
	case slotRefused:
		l.backlog.add(completion{seq: c.Seq, reply: v.refusedReply()})
	case slotQueued:
	}
}

// refusedReply answers a fetch beyond the waiting limit.
func (v *vm) refusedReply() HostReply {
	s := v.loop.slots
	return HostReply{Error: &CallError{
		Class:   "RateLimitError",
		Code:    "too_many_fetches",
		Message: fmt.Sprintf("too many fetches at once (%d running, %d waiting): await some before starting more", s.running, s.waiting),
	}}
}

// perform makes the call on a goroutine of its own.
func (v *vm) perform(c HostCall) {
	out := completion{seq: c.Seq}
	defer ratchet.Recover("call the host", func(err error) {
		out.err = err
		v.completed(out)
	})
	switch {
	case v.ctx.Err() != nil:
		return
	case v.hooks.Host == nil:
		out.err = errNoHost
	default:
		out.reply, out.err = v.hooks.Host.Call(v.ctx, c)
	}
	v.completed(out)
}

// completed hands the end of a call to the VM's goroutine.
func (v *vm) completed(out completion) {
	select {
	case v.loop.done <- out:
	case <-v.ctx.Done():
	}
}

// callWait asks the host and blocks the VM's goroutine until the reply is there.
func (v *vm) callWait(c HostCall) HostReply {
	var reply HostReply
	v.waitFor(v.call(c, func(r HostReply) { reply = r }))
	return reply
}

// waitFor blocks in place until call seq has been delivered; replies to other
// calls stay queued in their order. It returns at once when seq is unknown or
// delivered, and unwinds the script when the run ends meanwhile.
func (v *vm) waitFor(seq int64) {
	l := v.loop
	if v.following() {
		if _, ok := l.pending[seq]; ok {
			v.followReply(seq)
		}
		return
	}
	if c, ok := l.backlog.take(seq); ok {
		v.deliverNow(c)
		return
	}
	v.releaseNow(seq)
	if _, ok := l.pending[seq]; !ok {
		return
	}
	v.logs.flush()
	for {
		select {
		case c := <-l.done:
			if c.seq == seq {
				v.deliverNow(c)
				return
			}
			l.backlog.add(c)
		case <-v.ctx.Done():
			panic(&goja.InterruptedError{})
		}
	}
}

// deliverNow delivers inside a macrotask. Time has passed: the clock moves on.
func (v *vm) deliverNow(c completion) {
	v.beginTurn()
	v.deliver(c)
	v.releaseNow(c.seq)
	if v.fatal != nil {
		v.cancel(v.fatal)
		panic(&goja.InterruptedError{})
	}
}

// deliver hands a reply to the one who asked.
func (v *vm) deliver(c completion) {
	settle, ok := v.loop.pending[c.seq]
	if !ok {
		return
	}
	delete(v.loop.pending, c.seq)
	if c.err != nil {
		value := int64(0)
		if errors.Is(c.err, errNoHost) {
			value = CloseNoHost
		}
		v.note(TapeClosed, c.seq, value)
		v.fatal = &hostError{c.err, c.reply.Error}
		return
	}
	if c.reply.Delay > 0 && v.job.Clock != 0 {
		v.hold(c, settle)
		return
	}
	v.settle(c, settle)
}

func (v *vm) settle(c completion, settle func(HostReply)) {
	v.note(TapeDone, c.seq, 0)
	settle(c.reply)
}

// beginTurn starts a macrotask: the clock moves to the present. A mocked clock
// moves with timers only.
func (v *vm) beginTurn() {
	v.turnRead, v.ahead = false, 0
	if v.job.Clock == 0 && !v.following() {
		v.turn = time.Since(v.start)
	}
}

// untilDue is how long to sleep until t is due.
func (v *vm) untilDue(t *timer) time.Duration {
	if v.job.Clock != 0 {
		return t.due - v.turn
	}
	return t.due - time.Since(v.start)
}

// stopSignal is the channel that asks the run to stop; nil once it has.
func (v *vm) stopSignal() <-chan struct{} {
	if v.stopped {
		return nil
	}
	return v.hooks.Stop
}

// stopping reports, once, that the run was asked to stop.
func (v *vm) stopping() bool {
	select {
	case <-v.stopSignal():
		v.stopped = true
		return true
	default:
		return false
	}
}

func (v *vm) runStops() {
	v.note(TapeStop, 0, 0)
	for _, fn := range v.stops {
		fn()
	}
	v.stops = nil
}

// invoke calls a JavaScript function from a timer or a settle function. What
// it throws goes on to the loop, which reports it as uncaught.
func (v *vm) invoke(fn goja.Callable, this goja.Value, args ...goja.Value) goja.Value {
	out, err := fn(this, args...)
	if err != nil {
		panic(err)
	}
	return out
}

// unwind passes on what a script cannot catch, such as a broken limit, to the
// loop. What a script can catch is the caller's.
func (v *vm) unwind(err error) {
	var thrown *goja.Exception
	if err != nil && !errors.As(err, &thrown) {
		panic(err)
	}
}

// errNoHost ends a run whose script asks for something that is not offered.
var errNoHost = errors.New("this run has no host")

// hostError ends a run because its host is closed.
type hostError struct {
	err  error
	told *CallError // what the host said of it; nil = nothing
}

func (e *hostError) Error() string { return "host call: " + e.err.Error() }
func (e *hostError) Unwrap() error { return e.err }

// slots bound the fetches of a run. Goroutines release, the VM takes.
type slots struct {
	running, waiting int // limits

	mu    sync.Mutex
	busy  int
	queue []HostCall
}

type slotState int

const (
	slotFree slotState = iota
	slotQueued
	slotRefused
)

func (s *slots) take(c HostCall) slotState {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.busy < s.running:
		s.busy++
		return slotFree
	case len(s.queue) < s.waiting:
		s.queue = append(s.queue, c)
		return slotQueued
	default:
		return slotRefused
	}
}

// release ends a call; when another waits, the caller goes on with it.
func (s *slots) release() (HostCall, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		s.busy--
		return HostCall{}, false
	}
	c := s.queue[0]
	s.queue = s.queue[1:]
	return c, true
}
