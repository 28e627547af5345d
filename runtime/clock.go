package runtime

import "time"

// now is what the run's clock shows. It runs on while code runs, and every
// change that the script saw is on the tape: the first reading of a macrotask,
// and the readings at which the clock had moved on. Timers count from the
// beginning of the macrotask. A mocked clock stands still between macrotasks.
func (v *vm) now() time.Time {
	if !v.evaluates() {
		v.readClock()
	}
	return time.UnixMicro(v.clock + (v.turn + v.ahead).Microseconds()).UTC()
}

func (v *vm) readClock() {
	if !v.turnRead {
		v.firstReading()
		return
	}
	if v.job.Clock != 0 {
		return
	}
	v.readings++
	if v.following() {
		if e, ok := v.follow.peek(); ok && e.Kind == TapeAdvance && e.ID == v.readings {
			v.take()
			v.advance(time.Duration(e.Value) * time.Microsecond)
		}
		return
	}
	moved := (time.Since(v.start) - v.turn - v.ahead).Truncate(time.Microsecond)
	if moved >= clockStep(v.order.advances) {
		v.order.advance(v.readings, moved.Microseconds())
		v.advance(moved)
	}
}

func (v *vm) firstReading() {
	v.turnRead, v.ahead, v.readings = true, 0, 0
	switch {
	case v.following():
		us := v.expect(TapeNow, 0, "the time of day").Value
		v.ahead = time.Duration(us-v.clock)*time.Microsecond - v.turn
	case v.job.Clock == 0:
		v.ahead = max(0, time.Since(v.start)-v.turn)
		fallthrough
	default:
		v.order.add(TapeNow, 0, v.clock+(v.turn+v.ahead).Microseconds())
	}
}

func (v *vm) advance(by time.Duration) {
	v.ahead += by
	v.readings = 0
}

// clockStep is by how much the clock moves at least inside a macrotask after it
// did so n times: what is recorded of a script that polls stays small.
func clockStep(n int) time.Duration {
	if n < 10_000 {
		return 100 * time.Microsecond
	}
	return time.Millisecond << min(n>>16, 20)
}
