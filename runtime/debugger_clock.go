package runtime

import (
	"time"

	"ratchet"
)

// startWall begins the run's time.
func (v *vm) startWall() {
	v.due = time.Now().Add(v.wall)
	v.timer = time.AfterFunc(v.wall, ratchet.Guard("end a run", func(err error) { v.cancel(err) }, func() { v.cancel(v.overWall()) }))
}

// holdClock stops the run's time: it stands still.
func (v *vm) holdClock() { v.timer.Stop() }

// releaseClock goes on after a pause as if there had been none: clock and
// timers of the script do not see it.
func (v *vm) releaseClock(paused time.Duration) {
	v.start = v.start.Add(paused)
	v.began = v.began.Add(paused)
	v.order.start = v.order.start.Add(paused)
	v.due = v.due.Add(paused)
	v.timer.Reset(time.Until(v.due))
}
