package runtime

import (
	"container/heap"
	"time"

	"github.com/dop251/goja"
)

// loop holds what a run waits for: timers, and host calls whose replies arrive
// on one channel. Only the VM's goroutine touches it, except for the channel.
type loop struct {
	timers  timerHeap
	byID    map[int64]*timer
	nextID  int64
	seq     int64                     // of the last host call
	pending map[int64]func(HostReply) // by seq: what to do with the reply
	done    chan completion
	backlog backlog          // arrived while waitFor waited for another one
	slots   *slots           // of fetches
	held    map[int64]*timer // by seq: replies whose delay on the mocked clock is not over
	calls   bool             // whether replies get their turn before due timers
}

// completion is the reply to a host call on its way to the VM.
type completion struct {
	seq   int64
	reply HostReply
	err   error // the host is closed
}

func newLoop(l Limits) *loop {
	return &loop{slots: &slots{running: l.FetchRunning, waiting: l.FetchWaiting}}
}

// timer is one pending setTimeout or setInterval.
type timer struct {
	id     int64
	due    time.Duration // since the start of the run
	every  time.Duration // 0 = once
	fn     func()
	index  int
	serial int64 // order among timers due at the same moment
	reply  bool  // no timer of the script's, but a held reply
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].serial < h[j].serial
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }
func (h *timerHeap) Push(x any)   { t := x.(*timer); t.index = len(*h); *h = append(*h, t) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}

func (l *loop) addTimer(now, d time.Duration, repeat bool, fn func()) int64 {
	d = max(d, 0)
	l.nextID++
	t := &timer{id: l.nextID, due: now + d, fn: fn, serial: l.nextID}
	if repeat {
		t.every = max(d, time.Millisecond)
		t.due = now + t.every
	}
	if l.byID == nil {
		l.byID = map[int64]*timer{}
	}
	l.byID[t.id] = t
	heap.Push(&l.timers, t)
	return t.id
}

func (l *loop) removeTimer(id int64) {
	if t, ok := l.byID[id]; ok {
		delete(l.byID, id)
		if t.index >= 0 {
			heap.Remove(&l.timers, t.index)
		}
	}
}

// take removes a timer that fires, or puts it back later when it repeats.
func (l *loop) take(t *timer, now time.Duration) {
	if t.every == 0 {
		heap.Remove(&l.timers, t.index)
		delete(l.byID, t.id)
		return
	}
	l.nextSerial(t)
	t.due = max(t.due+t.every, now)
	heap.Fix(&l.timers, t.index)
}

// nextSerial moves a repeating timer behind those made since.
func (l *loop) nextSerial(t *timer) { l.nextID++; t.serial = l.nextID }

// emptyProgram runs the promise jobs that Go code has queued.
var emptyProgram = goja.MustCompile("ratchet:empty", "", false)

// drain runs the microtasks queued from Go.
func (v *vm) drain() error {
	_, err := v.rt.RunProgram(emptyProgram)
	return err
}

// until runs macrotasks until finished says so. It returns an error when the
// run must end: a VM error, an interrupt, or errDeadlock.
func (v *vm) until(finished func() bool) error {
	for !finished() {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		ran, err := v.step()
		if err != nil {
			return err
		}
		if !ran {
			return errDeadlock
		}
	}
	return nil
}

// step waits for the next macrotask and runs it. False = there is nothing to
// wait for.
func (v *vm) step() (bool, error) {
	l := v.loop
	for {
		v.beginTurn()
		if v.following() {
			return v.followStep()
		}
		if v.stopping() {
			return true, v.macrotask(v.runStops)
		}
		if c, ok := v.ready(); ok {
			return true, v.macrotask(func() { v.deliver(c) })
		}
		if len(l.timers) > 0 && (l.timers[0].due <= v.turn || v.skipAhead()) {
			l.calls = true
			t := l.timers[0]
			l.take(t, v.turn)
			if !t.reply {
				v.note(TapeTimer, t.id, 0)
			}
			return true, v.macrotask(t.fn)
		}
		if len(l.timers) == 0 && len(l.pending) == 0 {
			return false, nil
		}
		if err := v.sleep(); err != nil {
			return true, err
		}
	}
}

// ready returns a reply to deliver now. Replies and due timers take turns, so
// that neither starves the other.
func (v *vm) ready() (completion, bool) {
	l := v.loop
	if !l.calls && len(l.timers) > 0 && l.timers[0].due <= v.turn {
		return completion{}, false
	}
	if c, ok := l.backlog.next(); ok {
		l.calls = false
		return c, true
	}
	if len(l.pending) == 0 {
		return completion{}, false
	}
	select {
	case c := <-l.done:
		l.calls = false
		return c, true
	default:
		return completion{}, false
	}
}

// skipAhead moves a mocked clock to the next timer when nothing else can
// happen before it, so that tests do not wait for real.
func (v *vm) skipAhead() bool {
	if v.job.Clock == 0 || len(v.loop.pending) > 0 {
		return false
	}
	v.turn = max(v.turn, v.loop.timers[0].due)
	return true
}

// sleep waits for a timer, a reply, a request to stop or the end.
func (v *vm) sleep() error {
	v.logs.flush()
	l := v.loop
	var due <-chan time.Time
	if len(l.timers) > 0 && (v.job.Clock == 0 || len(l.pending) == 0) {
		// A mocked clock stands still while a reply is on its way: mocks answer
		// at once, and how fast that is must not decide what happens first.
		t := time.NewTimer(v.untilDue(l.timers[0]))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-due:
		if v.job.Clock != 0 {
			v.turn = max(v.turn, l.timers[0].due)
		}
	case c := <-l.done:
		l.backlog.add(c)
		l.calls = true
	case <-v.stopSignal(): // step sees it
	case <-v.ctx.Done():
		return v.ctx.Err()
	}
	return nil
}

// macrotask runs one task and then the microtasks. A JavaScript exception in
// fn is reported as uncaught and does not end the run.
func (v *vm) macrotask(fn func()) error {
	v.detach()
	var thrown *goja.Exception
	err := v.guard(func() { thrown = v.rt.Try(fn) })
	if err == nil {
		err = v.drain()
	}
	if err != nil {
		return err
	}
	if thrown != nil {
		v.uncaught(thrown)
	}
	v.reportRejections()
	return v.fatal
}
