package runtime

import "container/heap"

// hold keeps a reply back until its delay is over on the mocked clock. It
// waits among the timers, so the clock jumps over it as over a timer, but it
// has none of their ids: the script cannot clear it, and a replay, which has
// no delays, counts timers alike.
func (v *vm) hold(c completion, settle func(HostReply)) {
	l := v.loop
	t := &timer{due: v.turn + c.reply.Delay, serial: l.nextID, reply: true}
	t.fn = func() {
		delete(l.held, c.seq)
		v.settle(c, settle)
	}
	if l.held == nil {
		l.held = map[int64]*timer{}
	}
	l.held[c.seq] = t
	heap.Push(&l.timers, t)
}

// releaseNow delivers a held reply that the script waits for in place; the
// mocked clock moves to it.
func (v *vm) releaseNow(seq int64) {
	t := v.loop.held[seq]
	if t == nil {
		return
	}
	heap.Remove(&v.loop.timers, t.index)
	v.turn, v.turnRead, v.ahead = max(v.turn, t.due), false, 0
	t.fn()
}
