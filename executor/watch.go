package executor

import (
	"time"

	"ratchet"
	"ratchet/events"
	"ratchet/runtime"
)

// lineBuffer numbers the lines of a run and holds those not stored yet.
type lineBuffer struct {
	pending []ratchet.LogLine
	last    int // number of the newest line
}

func (b *lineBuffer) add(lines []ratchet.LogLine) {
	for i := range lines {
		b.last++
		lines[i].Number = b.last
	}
	b.pending = append(b.pending, lines...)
}

// tailLines is how many lines a failed run shows.
const tailLines = 5

// logged takes lines from the worker.
func (r *run) logged(lines []ratchet.LogLine) {
	if len(lines) == 0 {
		return
	}
	own := append([]ratchet.LogLine(nil), lines...)
	r.masker.lines(own)
	if d := r.req.debug; d != nil {
		d.session.logged(d.run, own)
	}
	r.keep(own)
}

// keep stores lines that are masked, and publishes them.
func (r *run) keep(lines []ratchet.LogLine) {
	r.mu.Lock()
	r.log.add(lines)
	for i := range lines {
		if lines[i].Logger == runtime.LoggerAdvice {
			r.advice = append(r.advice, lines[i].Message)
		}
	}
	task := r.x.TaskName
	r.mu.Unlock()
	r.e.cfg.Bus.Publish(ratchet.Event{Kind: events.ExecutionLog, ID: r.id, Task: task, At: r.e.cfg.Now(), Data: lines})
	r.scheduleFlush()
}

// progressed takes a report from the worker. Every report is published; the
// store gets the newest ten times a second, and the last with the row.
func (r *run) progressed(p ratchet.Progress) {
	p = r.masker.progress(p)
	if p.At.IsZero() {
		p.At = r.e.cfg.Now().UTC()
	}
	r.mu.Lock()
	r.x.Progress = &p
	r.dirty = true
	task := r.x.TaskName
	r.mu.Unlock()
	r.e.cfg.Bus.Publish(ratchet.Event{Kind: events.ExecutionProgress, ID: r.id, Task: task, At: p.At, Data: p})
	if r.req.OnProgress != nil {
		r.req.OnProgress(p)
	}
	r.scheduleFlush()
}

// scheduleFlush makes what is pending visible in the store soon. Runs that end
// sooner never pay for it.
func (r *run) scheduleFlush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer == nil && !r.unstored() {
		const doing = "store what a run did so far"
		r.timer = time.AfterFunc(r.e.cfg.FlushInterval, ratchet.Guard(doing, ratchet.Logged(r.e.cfg.Log, doing), r.flush))
	}
}

// flush stores that the run is running, its lines and its progress. What
// cannot be stored stays pending: the end commits it.
func (r *run) flush() {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	if r.finished {
		return
	}
	r.mu.Lock()
	r.timer = nil
	lines, x := r.log.pending, r.x
	dirty, mark := r.dirty, r.stored == ratchet.StatusPending && r.x.Status == ratchet.StatusRunning
	r.log.pending, r.dirty = nil, false
	r.mu.Unlock()

	store := r.e.cfg.Store
	if mark {
		if err := store.MarkRunning(r.ctx, r.id, x.StartedAt); err != nil {
			r.e.cfg.Log.Warn("mark an execution running", "execution", r.id, "error", err)
		} else {
			r.mu.Lock()
			r.stored = ratchet.StatusRunning
			r.mu.Unlock()
		}
	}
	if len(lines) > 0 {
		if err := store.AppendLogs(r.ctx, r.id, lines); err != nil {
			r.e.cfg.Log.Warn("store log lines", "execution", r.id, "error", err)
			r.mu.Lock()
			r.log.pending = append(lines, r.log.pending...)
			r.mu.Unlock()
		}
	}
	if dirty {
		if err := store.SetProgress(r.ctx, r.id, *x.Progress); err != nil {
			r.e.cfg.Log.Warn("store progress", "execution", r.id, "error", err)
		}
	}
}

// endFlushing stops the timer, waits for a flush under way and returns the
// lines that are not stored.
func (r *run) endFlushing() []ratchet.LogLine {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	r.finished = true
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	lines := r.log.pending
	r.log.pending = nil
	return lines
}
