package runtime

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"ratchet"
)

// Followed says how a run followed its tape.
type Followed struct {
	Events     int         // of the tape, followed
	Total      int         // on the tape
	Complete   bool        // the tape has the whole run
	Cut        Cut         // why the replay ended before the run did; empty = it did not
	Divergence *Divergence // the first difference; nil = there is none
}

// Cut says why a replay ended with its tape instead of with its run.
type Cut string

// The reasons.
const (
	CutBreak      Cut = "ended_from_outside" // by a limit, a cancellation or a shutdown, at no known place in the code
	CutIncomplete Cut = "incomplete"         // the recording reached its limit, or its worker died
)

// Divergence is the first difference between a run and the tape it follows.
// It is an error: it ends the run.
type Divergence struct {
	Event  int    // seq of the event on the tape, from 1
	Wanted string // what was recorded
	Got    string // what the run did instead
	Source string // the author's file; empty = the position is not known
	Line   int    // where the script was, or was last before it waited
	Column int
}

func (d *Divergence) Error() string {
	return fmt.Sprintf("event %d: wanted %s, got %s", d.Event, d.Wanted, d.Got)
}

// diverged notes the first difference between the next event and got.
func (v *vm) diverged(got string) *Divergence {
	wanted := "nothing more"
	if e, ok := v.follow.peek(); ok {
		wanted = describeEvent(e, v.follow.calls)
	}
	return v.divergedFrom(wanted, got)
}

func (v *vm) divergedFrom(wanted, got string) *Divergence {
	f := v.follow
	d := &Divergence{Event: f.next + 1, Wanted: wanted, Got: got}
	if at := f.last; at != nil {
		d.Source, d.Line, d.Column = at.File, at.Line, at.Column
	}
	f.diverged = d
	return d
}

// diverge ends the run from inside the script.
func (v *vm) diverge(got string) { v.leave(v.diverged(got)) }

func (v *vm) divergeFrom(wanted, got string) { v.leave(v.divergedFrom(wanted, got)) }

// leave ends the run from inside the script, which cannot catch it.
func (v *vm) leave(cause error) {
	v.cancel(cause)
	v.rt.Interrupt(errInterrupted)
	panic(&goja.InterruptedError{})
}

// failure words a divergence as the end of a run.
func (d *Divergence) failure(p *program) *ratchet.ExecutionError {
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeDiverged, Type: "replay_divergence",
		Message: fmt.Sprintf("the replay differs from the recording at event %d: wanted %s, got %s", d.Event, d.Wanted, d.Got),
		Hint:    "The code, the input or the task's metadata changed since; compare both sides at this line.",
		Source:  d.Source, Line: d.Line, Column: d.Column,
		Details: map[string]any{"event": d.Event, "wanted": d.Wanted, "got": d.Got},
	}
	if d.Line > 0 {
		e.Snippet = snippet(p.files[d.Source], d.Line, d.Column)
	}
	return e
}

// waiting describes what a run waits for.
func (v *vm) waiting() string {
	seqs := make([]int64, 0, len(v.loop.pending))
	for seq := range v.loop.pending {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	var parts []string
	if n := len(seqs); n > 0 {
		parts = append(parts, "the reply to call "+strconv.FormatInt(seqs[0], 10))
		if n > 1 {
			parts[0] += fmt.Sprintf(" and %d more", n-1)
		}
	}
	if n := len(v.loop.timers); n == 1 {
		parts = append(parts, "a timer")
	} else if n > 1 {
		parts = append(parts, strconv.Itoa(n)+" timers")
	}
	if parts == nil {
		return "the task waits for nothing"
	}
	return "the task waits for " + strings.Join(parts, " and ")
}

// describeEvent names an event for a reader; calls may be nil.
func describeEvent(e TapeEvent, calls map[int64]*TapeCall) string {
	id := strconv.FormatInt(e.ID, 10)
	switch e.Kind {
	case TapeNow:
		return "the task asks for the time of day"
	case TapeAdvance:
		return "the task asks for the time of day, which has moved on"
	case TapeElapsed:
		return "the task asks for a running timer"
	case TapeTimer:
		return "timer " + id + " fires"
	case TapeIssue:
		if c := calls[e.ID]; c != nil {
			return describeCall(&c.Call)
		}
		return "call " + id
	case TapeDone:
		if c := calls[e.ID]; c != nil {
			return "the reply to " + describeCall(&c.Call)
		}
		return "the reply to call " + id
	case TapeProgress:
		return fmt.Sprintf("progress report %s (%g)", id, float64(e.Value)/1e6)
	case TapeStop:
		return "the run is asked to stop"
	case TapeClosed:
		return "call " + id + " is not answered any more"
	case TapeBreak:
		return "the run is ended from outside"
	}
	if e.Value == EndFailure {
		return "the run fails"
	}
	return "the run ends with an output"
}

func describeCall(c *HostCall) string {
	text := "call " + strconv.FormatInt(c.Seq, 10) + " ("
	if c.Fetch == nil {
		return text + string(c.Kind) + " " + c.Secret + ")"
	}
	return text + "fetch " + c.Fetch.Method + " " + cut(c.Fetch.URL, 200) + ")"
}

// compareCalls says what differs first between a recorded and a new call.
func compareCalls(recorded, made *HostCall) (wanted, got string, same bool) {
	wanted, got = describeCall(recorded), describeCall(made)
	if recorded.Kind != made.Kind || recorded.Secret != made.Secret || (recorded.Fetch == nil) != (made.Fetch == nil) {
		return wanted, got, false
	}
	r, m := recorded.Fetch, made.Fetch
	if r == nil {
		return "", "", true
	}
	part := func(name, a, b string) (string, string, bool) {
		return fmt.Sprintf("%s with %s %s", wanted, name, cut(a, 300)), fmt.Sprintf("%s with %s %s", got, name, cut(b, 300)), false
	}
	switch {
	case r.Method != m.Method, !sameText(r.URL, m.URL):
		return wanted, got, false
	case !slices.EqualFunc(r.Header, m.Header, func(a, b [2]string) bool { return sameText(a[0], b[0]) && sameText(a[1], b[1]) }):
		return part("headers", headerText(r.Header), headerText(m.Header))
	case !bytes.Equal(r.Body, m.Body) && !sameText(string(r.Body), string(m.Body)):
		return part("body", string(r.Body), string(m.Body))
	case r.TimeoutMS != m.TimeoutMS:
		return part("timeout", strconv.Itoa(r.TimeoutMS), strconv.Itoa(m.TimeoutMS))
	case r.Redirect != m.Redirect:
		return part("redirect", r.Redirect, m.Redirect)
	case !sameText(r.IdempotencyKey, m.IdempotencyKey):
		return part("idempotency key", r.IdempotencyKey, m.IdempotencyKey)
	}
	return "", "", true
}

func headerText(pairs [][2]string) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p[0] + ": " + p[1])
	}
	return b.String()
}

// sameText compares a recorded text, in which values of secrets are redacted,
// with a new one, in which they are not: a redaction stands for any text.
func sameText(recorded, made string) bool {
	parts := strings.Split(recorded, Redacted)
	if len(parts) == 1 {
		return recorded == made
	}
	rest, ok := strings.CutPrefix(made, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
