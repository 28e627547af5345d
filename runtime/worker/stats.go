package worker

import (
	"cmp"
	"slices"
	"time"
)

// WorkerStats is one worker of a pool.
type WorkerStats struct {
	ID      int64
	PID     int
	State   State
	Started time.Time
	Runs    int64
	Memory  int64 // resident bytes

	Failed    int64         // of the runs
	Active    time.Time     // begin or end of its last run; zero = none
	CPU       time.Duration // so far
	Isolation string        // level that it reached
}

// Stats is a pool at one moment.
type Stats struct {
	Workers   []WorkerStats // by ID
	Starting  int
	Waiting   int
	Discarded int64 // processes ended because of a run since the start
	Failures  int64 // starts that failed, in a row
}

// shrink ends ready workers beyond the warm ones, used ones first, and lets the rest give memory back.
func (p *Pool) shrink() {
	p.mu.Lock()
	slices.SortFunc(p.ready, func(a, b *process) int { return cmp.Compare(a.runs, b.runs) })
	for len(p.ready) > p.cfg.Warm {
		last := len(p.ready) - 1
		p.retire(p.ready[last])
		p.ready = p.ready[:last]
	}
	rest := slices.Clone(p.ready)
	p.mu.Unlock()
	for _, w := range rest {
		_ = w.write(frameTrim, nil) // a few bytes into an idle worker's empty pipe
	}
}

func (p *Pool) snapshotBusy() []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.busy) == 0 {
		return nil
	}
	busy := make([]*process, 0, len(p.busy))
	for w := range p.busy {
		busy = append(busy, w)
	}
	return busy
}

// Stats returns the pool's present state.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	all := append(slices.Clone(p.ready), keys(p.busy)...)
	s := Stats{Starting: p.starting, Waiting: p.waiting.len(), Discarded: p.lost, Failures: p.failures}
	p.mu.Unlock()
	for _, w := range all {
		w.mu.Lock()
		s.Workers = append(s.Workers, WorkerStats{
			ID: w.id, PID: w.cmd.Process.Pid, State: w.state, Started: w.started,
			Runs: w.runs, Memory: int64(w.gauge.resident()),
			Failed: w.failed, Active: w.active, CPU: w.gauge.cpu(), Isolation: w.report.Level,
		})
		w.mu.Unlock()
	}
	slices.SortFunc(s.Workers, func(a, b WorkerStats) int { return cmp.Compare(a.ID, b.ID) })
	return s
}

func keys(m map[*process]struct{}) []*process {
	out := make([]*process, 0, len(m))
	for w := range m {
		out = append(out, w)
	}
	return out
}
