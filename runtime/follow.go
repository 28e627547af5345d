package runtime

import (
	"errors"
	"fmt"
	"time"

	"ratchet"
)

// follower leads a run along a tape: what the script asks is answered by the
// next event, and compared with it. Nothing is waited for.
type follower struct {
	tape     *Tape
	calls    map[int64]*TapeCall
	next     int  // index of the event that must come now
	until    int  // events to follow
	fork     bool // go on live after them
	live     bool // they are over
	last     *ratchet.Position
	diverged *Divergence
	overrun  *time.Timer // ends a run that was ended from outside; nil = not armed
}

// errTapeEnd ends a run where its recording ends although the recorded run
// went on, or was ended from outside.
var errTapeEnd = errors.New("the recording ends here")

// newFollower reads the tape of a job and makes the job what was recorded:
// seed, clock and the limits a script can notice.
func newFollower(job *Job) (*follower, error) {
	tape, err := DecodeTape(job.Tape)
	if err != nil {
		return nil, err
	}
	h := &tape.Header
	if h.Engine != "" { // else it was made from a HAR file
		job.Seed = h.Seed
	}
	job.Clock = h.Clock
	own := job.Limits
	job.Limits = h.Limits.WithDefaults()
	job.Limits.Memory, job.Limits.CPU = own.Memory, own.CPU
	f := &follower{tape: tape, calls: map[int64]*TapeCall{}, until: len(tape.Events)}
	for i := range tape.Calls {
		f.calls[tape.Calls[i].Call.Seq] = &tape.Calls[i]
	}
	if job.Fork {
		f.fork, f.until = true, min(max(job.ForkAt-1, 0), len(tape.Events))
	}
	if h.Engine != "" && (f.until > 0 || !f.fork) {
		config := job.Context.Config
		job.Context, job.Secrets, job.ThrowOnError = h.Context, h.Secrets, h.ThrowOnError
		job.Context.Config = config
	}
	return f, nil
}

// start is when the recorded run began, by its own clock.
func (f *follower) start() int64 {
	if f.tape.Header.Clock != 0 {
		return f.tape.Header.Clock
	}
	return f.tape.Header.Start
}

// peek returns the event that must come next. False = the tape has no more.
func (f *follower) peek() (TapeEvent, bool) {
	if f.next >= f.until {
		return TapeEvent{}, false
	}
	return f.tape.Events[f.next], true
}

// at is the time of the last event that was followed, since the start.
func (f *follower) at() time.Duration {
	if f.next == 0 {
		return 0
	}
	return time.Duration(f.tape.Events[f.next-1].At) * time.Microsecond
}

// followed is how far the run came.
func (f *follower) followed(ended error) *Followed {
	out := &Followed{Events: f.next, Total: len(f.tape.Events), Complete: f.tape.Complete, Divergence: f.diverged}
	if f.overrun != nil {
		f.overrun.Stop()
	}
	if f.diverged == nil && errors.Is(ended, errTapeEnd) {
		out.Cut = CutIncomplete
		if e, ok := f.peek(); ok && e.Kind == TapeBreak {
			out.Cut = CutBreak
		}
	}
	return out
}

// following says whether the run is led by a tape now. A fork goes on live
// when its part of the tape is over.
func (v *vm) following() bool {
	f := v.follow
	if f == nil || f.live {
		return false
	}
	if f.fork && f.next >= f.until {
		v.goLive()
		return false
	}
	return true
}

// note puts an event on the tape, or finds it there.
func (v *vm) note(kind TapeKind, id, value int64) {
	if !v.following() {
		v.order.add(kind, id, value)
		return
	}
	v.mark()
	e := v.want(kind, id, func() string { return describeEvent(TapeEvent{Kind: kind, ID: id, Value: value}, nil) })
	if kind == TapeProgress && e.Value != value {
		v.diverge(describeEvent(TapeEvent{Kind: kind, ID: id, Value: value}, nil))
	}
	v.take()
}

// expect takes the next event, which must be of this kind and id.
func (v *vm) expect(kind TapeKind, id int64, asks string) TapeEvent {
	v.mark()
	e := v.want(kind, id, func() string { return "the task asks for " + asks })
	v.take()
	return e
}

// want returns the next event without taking it; the run ends here when it is
// of another kind or id.
func (v *vm) want(kind TapeKind, id int64, got func() string) TapeEvent {
	e, ok := v.follow.peek()
	if !ok && !v.follow.tape.Complete || ok && e.Kind == TapeBreak {
		v.leave(errTapeEnd)
	}
	if !ok || e.Kind != kind || e.ID != id {
		v.diverge(got())
	}
	return e
}

// take puts the next event behind the run and on its own tape.
func (v *vm) take() {
	f := v.follow
	e := f.tape.Events[f.next]
	f.next++
	if f.fork {
		v.order.events = append(v.order.events, e)
	}
	v.armOverrun()
}

// mark remembers where in the source the script is, for a difference that
// shows while no script runs.
func (v *vm) mark() {
	if v.following() {
		if at := v.position(); at != nil {
			v.follow.last = at
		}
	}
}

// Bounds of how long a run may go on after the last event of a recorded run
// that was ended from outside: nothing says where in the code that was.
const (
	leastOverrun = 2 * time.Second
	mostOverrun  = 10 * time.Second
)

// armOverrun lets a run that was ended from outside end here too, as soon as
// its last event is behind it. A debugger holds it as long as it likes.
func (v *vm) armOverrun() {
	f := v.follow
	e, ok := f.peek()
	if !ok || e.Kind != TapeBreak || f.overrun != nil || v.job.Mode == ModeDebug {
		return
	}
	rest := 2 * (time.Duration(e.At)*time.Microsecond - f.at())
	f.overrun = time.AfterFunc(min(max(rest, leastOverrun), mostOverrun), func() { v.cancel(errTapeEnd) })
}

// runningClock reads the clock that goes on inside a macrotask.
func (v *vm) runningClock() time.Duration {
	if v.following() {
		return time.Duration(v.expect(TapeElapsed, 0, "a running timer").Value) * time.Microsecond
	}
	us := time.Since(v.start).Microseconds()
	v.order.add(TapeElapsed, 0, us)
	return time.Duration(us) * time.Microsecond
}

// wallTime is the present, or the recorded one.
func (v *vm) wallTime() time.Time {
	if f := v.follow; f != nil && !f.live {
		return time.UnixMicro(f.tape.Header.Start).Add(f.at())
	}
	return time.Now()
}

// tapeFailure words a tape that cannot be followed.
func tapeFailure(err error) *ratchet.ExecutionError {
	return &ratchet.ExecutionError{
		Code: ratchet.CodeConflict, Type: "recording_error", Message: "the recording cannot be replayed: " + err.Error(),
		Hint: "Run the task again: every run is recorded.",
	}
}

// endOfTape words that a run ended where its recording does.
func (v *vm) endOfTape() *ratchet.ExecutionError {
	f := v.follow
	e := &ratchet.ExecutionError{Code: ratchet.CodeUnavailable, Type: "recording_end"}
	why := "the recording is incomplete: it reached its limit, or its worker died"
	if next, ok := f.peek(); ok && next.Kind == TapeBreak {
		why = "the recorded run was ended from outside there, by a limit or a cancellation"
	}
	e.Message = fmt.Sprintf("the recording ends after event %d, and up to there the replay was the same; %s", f.next, why)
	if at := f.last; at != nil {
		e.Source, e.Line, e.Column = at.File, at.Line, at.Column
		e.Snippet = snippet(v.prog.files[at.File], at.Line, at.Column)
	}
	return e
}
