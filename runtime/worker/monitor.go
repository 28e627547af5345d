package worker

import (
	"time"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
)

// How the parent watches runs. The child's own watch interrupts first.
const (
	monitorEvery = 10 * time.Millisecond
	killMargin   = 500 * time.Millisecond // wall clock beyond the limit before SIGKILL
	memoryMargin = 48 << 20               // resident bytes beyond baseline and limit before SIGKILL
	cpuMargin    = 250 * time.Millisecond
	monitorIdle  = time.Second // without runs, the monitor sleeps until woken
)

// monitor is the one goroutine that watches all runs of a pool.
func (p *Pool) monitor() {
	defer p.background.Done()
	ratchet.Keep("watch runs", ratchet.Logged(p.cfg.Log, "watch runs"), p.watchRuns)
}

func (p *Pool) watchRuns() {
	ticker := time.NewTicker(monitorEvery)
	defer ticker.Stop()
	quiet := time.Now()
	for {
		select {
		case <-p.closing:
			return
		case <-ticker.C:
		}
		now := time.Now()
		busy := p.snapshotBusy()
		for _, w := range busy {
			w.inspect(now, p.cfg.StopGrace)
		}
		if len(busy) > 0 {
			quiet = now
		}
		if now.Sub(quiet) < monitorIdle {
			continue
		}
		ticker.Stop()
		p.asleep.Store(true)
		if !p.sleep() {
			return
		}
		quiet = time.Now()
		ticker.Reset(monitorEvery)
	}
}

// sleep waits for a run, and shrinks the pool meanwhile. It returns false when the pool closes.
func (p *Pool) sleep() bool {
	defer p.asleep.Store(false)
	if len(p.snapshotBusy()) > 0 {
		return true
	}
	idle := time.NewTimer(p.cfg.IdleAfter)
	defer idle.Stop()
	for {
		select {
		case <-p.closing:
			return false
		case <-p.wake:
			return true
		case <-idle.C:
			p.shrink()
		}
	}
}

// inspect applies the limits of a run from outside.
func (w *process) inspect(now time.Time, grace time.Duration) {
	w.mu.Lock()
	run := w.current
	if run == nil || run.cause != "" {
		w.mu.Unlock()
		return
	}
	cause := w.broken(run, now)
	ask := false
	if cause == "" && run.grace.IsZero() {
		select {
		case <-run.stop:
			run.grace, ask = now.Add(grace), true
		default:
		}
	}
	w.mu.Unlock()
	if cause != "" {
		w.killRun(run, cause)
	}
	if ask {
		// The write may block on a full pipe; the monitor must not.
		go func() {
			defer ratchet.Recover("ask a run to stop", ratchet.Logged(w.log, "ask a run to stop"))
			_ = w.write(frameStop, func(b []byte) []byte { return msgp.AppendInt64(b, int64(grace)*4/5) })
		}()
	}
}

// broken says which limit a run has passed; empty = none.
func (w *process) broken(run *supervised, now time.Time) ratchet.Cause {
	resident, cpu := w.gauge.resident(), w.gauge.cpu()
	run.peak = max(run.peak, resident)
	if run.cpu < 0 {
		run.cpu = cpu
	}
	switch {
	case resident > w.baseline+uint64(run.limits.Memory)*5/4+memoryMargin:
		return ratchet.CauseMemory
	case run.paused.IsZero() && now.After(run.deadline):
		return ratchet.CauseTimeout
	case run.limits.CPU < run.limits.Wall && cpu-run.cpu > run.limits.CPU+cpuMargin:
		return ratchet.CauseCPU
	case !run.grace.IsZero() && now.After(run.grace):
		return ratchet.CauseCancelled
	}
	return ""
}
