package executor

import "ratchet/runtime"

// virtualClock spreads recorded replies over the clock of a mocked run, which
// moves with timers and delays only: in whole milliseconds, in the recorded
// order, so that replies overtake each other as they did.
type virtualClock struct {
	start  int64           // microseconds UTC at which the mocked clock begins
	issued map[int64]int64 // ms since the start, by Seq
	done   map[int64]int64
}

func newVirtualClock(tape *runtime.Tape) *virtualClock {
	c := &virtualClock{start: tape.Header.Start, issued: map[int64]int64{}, done: map[int64]int64{}}
	if tape.Header.Clock != 0 {
		c.start = tape.Header.Clock
	}
	var now int64 // of the mocked clock: it stands still between these events
	read := false
	for _, e := range tape.Events {
		switch e.Kind {
		case runtime.TapeNow:
			if !read && tape.Header.Clock == 0 {
				// The first reading is met to the microsecond.
				c.start, read = e.Value-now*1000, true
			}
		case runtime.TapeIssue:
			if e.Value == runtime.IssueSent {
				c.issued[e.ID] = now
			}
		case runtime.TapeTimer:
			now = max(now, e.At/1000)
		case runtime.TapeDone:
			now = max(now+1, e.At/1000)
			c.done[e.ID] = now
		}
	}
	return c
}

// delivered says whether the task got the reply to a call.
func (c *virtualClock) delivered(seq int64) bool {
	_, ok := c.done[seq]
	return ok
}

// delay is how long a reply took, in milliseconds.
func (c *virtualClock) delay(seq int64) int {
	return int(max(c.done[seq]-c.issued[seq], 0))
}
