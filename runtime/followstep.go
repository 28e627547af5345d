package runtime

import (
	"context"
	"errors"
	"time"

	"ratchet"
)

// followStep runs the macrotask that the tape says came next. False = there is
// nothing to wait for.
func (v *vm) followStep() (bool, error) {
	l, f := v.loop, v.follow
	e, ok := f.peek()
	if e.Kind != TapeStop && len(l.timers) == 0 && len(l.pending) == 0 {
		return false, nil
	}
	if !ok && !f.tape.Complete || e.Kind == TapeBreak {
		v.cancel(errTapeEnd)
		return true, errTapeEnd
	}
	switch e.Kind {
	case TapeStop:
		v.stopped = true
		v.moveTo(e)
		return true, v.macrotask(v.runStops)
	case TapeTimer:
		if t := l.byID[e.ID]; t != nil {
			v.moveTo(e)
			if v.job.Clock != 0 {
				v.turn = max(v.turn, t.due)
			}
			l.take(t, v.turn)
			v.note(TapeTimer, t.id, 0)
			return true, v.macrotask(t.fn)
		}
	case TapeDone, TapeClosed:
		if _, pending := l.pending[e.ID]; pending {
			c, known := v.replyOf(e)
			if !known {
				v.cancel(errTapeEnd)
				return true, errTapeEnd
			}
			v.moveTo(e)
			return true, v.macrotask(func() { v.deliver(c) })
		}
	}
	d := v.diverged(v.waiting())
	v.cancel(d)
	return true, d
}

// moveTo sets the frozen clock to an event's time. A mocked clock is on the
// tape wherever it was read.
func (v *vm) moveTo(e TapeEvent) {
	if v.job.Clock == 0 {
		v.turn = time.Duration(e.At) * time.Microsecond
	}
}

// followCall finds a call of the script on the tape; its reply comes when the
// tape says so.
func (v *vm) followCall(c HostCall) {
	v.mark()
	e := v.want(TapeIssue, c.Seq, func() string { return describeCall(&c) })
	if e.Value == IssueSent {
		recorded := v.follow.calls[c.Seq]
		if recorded == nil && !v.follow.tape.Complete {
			v.leave(errTapeEnd)
		}
		if recorded != nil {
			if wanted, got, same := compareCalls(&recorded.Call, &c); !same {
				v.divergeFrom(wanted, got)
			}
		}
	}
	v.take()
}

// followReply delivers the reply that the script waits for in place.
func (v *vm) followReply(seq int64) {
	v.mark()
	kind := TapeDone
	if e, ok := v.follow.peek(); ok && e.Kind == TapeClosed {
		kind = TapeClosed
	}
	e := v.want(kind, seq, v.waiting)
	c, known := v.replyOf(e)
	if !known {
		v.leave(errTapeEnd)
	}
	v.moveTo(e)
	v.deliverNow(c)
}

// replyOf is what the tape has of a reply. False = it was cut off.
func (v *vm) replyOf(e TapeEvent) (completion, bool) {
	c := completion{seq: e.ID}
	if e.Kind == TapeClosed {
		c.err = errClosed
		if e.Value == CloseNoHost {
			c.err = errNoHost
		}
		if recorded := v.follow.calls[e.ID]; recorded != nil {
			c.reply = recorded.Reply
		}
		return c, true
	}
	recorded := v.follow.calls[e.ID]
	if recorded == nil {
		c.reply = v.refusedReply()
		return c, v.follow.refused(e.ID)
	}
	c.reply = recorded.Reply
	if recorded.Call.Kind.Secret() && c.reply.Error == nil {
		c.reply.Secret = v.secretAgain(recorded.Call)
	}
	return c, true
}

// errClosed stands for whatever closed the host in the recorded run.
var errClosed = errors.New("the host connection was closed")

// refused says whether call seq was turned away before it reached the host.
func (f *follower) refused(seq int64) bool {
	for i := f.next - 1; i >= 0; i-- {
		if e := f.tape.Events[i]; e.Kind == TapeIssue && e.ID == seq {
			return e.Value == IssueRefused
		}
	}
	return false
}

// Redacted stands on tapes and in replays where the value of a secret was.
const Redacted = "[REDACTED]"

// secretAgain asks for a secret's present value, or for what stands for it now,
// which are on no tape. Without
// one the script gets what stands for it on the tape.
func (v *vm) secretAgain(c HostCall) string {
	if v.hooks.Host != nil {
		if reply, err := v.hooks.Host.Call(v.ctx, c); err == nil && reply.Error == nil && reply.Secret != "" {
			return reply.Secret
		}
	}
	return Redacted
}

// goLive ends the part of a fork that is on the tape. The clock goes on from
// there; calls that were under way get their recorded replies, in the recorded
// order; only those that were never answered are made again.
func (v *vm) goLive() {
	f, l := v.follow, v.loop
	f.live = true
	if v.job.Clock == 0 {
		v.start = time.Now().Add(-max(f.at(), v.turn))
	}
	v.order.start = v.start
	handed := map[int64]bool{}
	hand := func(e TapeEvent) {
		if _, pending := l.pending[e.ID]; !pending || handed[e.ID] {
			return
		}
		if c, known := v.replyOf(e); known {
			handed[e.ID] = true
			l.backlog.add(c)
		}
	}
	for _, e := range f.tape.Events[f.until:] {
		if e.Kind == TapeDone {
			hand(e)
		}
	}
	for i := range f.tape.Calls {
		if c := &f.tape.Calls[i]; c.answered() {
			hand(TapeEvent{Kind: TapeDone, ID: c.Call.Seq})
		}
	}
	for i := range f.tape.Calls {
		c := f.tape.Calls[i].Call
		if _, pending := l.pending[c.Seq]; pending && !handed[c.Seq] {
			v.wait.Go(func() { v.perform(c) })
		}
	}
}

// answered says whether a call has a reply on the tape.
func (c *TapeCall) answered() bool {
	return c.Reply.Error != nil || c.Reply.Fetch != nil || c.Call.Kind.Secret()
}

// endTape puts the end of the run on the tape, or compares it. It returns what
// ended the run in the end.
func (v *vm) endTape(err error) error {
	broken := err != nil && v.ctx.Err() != nil && !isHostError(context.Cause(v.ctx))
	value := int64(EndOutput)
	if err != nil {
		value = EndFailure
	}
	switch {
	case !v.following() && broken:
		v.order.end(TapeBreak, 0)
		return err
	case !v.following():
		v.order.add(TapeEnd, 0, value)
		return err
	case broken:
		return err
	}
	e, ok := v.follow.peek()
	switch {
	case !ok && !v.follow.tape.Complete, ok && e.Kind == TapeBreak:
		return err
	case ok && e.Kind == TapeEnd && e.Value == value:
		v.take()
		return err
	}
	got := "the run ends with an output"
	var failed *ratchet.ExecutionError
	if err != nil {
		failed = v.failure(err)
		got = "the run fails: " + failed.Type + ": " + failed.Message
		if failed.Line > 0 {
			v.follow.last = &ratchet.Position{File: failed.Source, Line: failed.Line, Column: failed.Column}
		}
	}
	d := v.diverged(got)
	v.cancel(d)
	return d
}

func isHostError(err error) bool {
	var closed *hostError
	return errors.As(err, &closed)
}
