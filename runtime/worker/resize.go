package worker

import (
	"context"
	"fmt"
	"time"

	"ratchet"
)

// resizePoll is how often Resize looks whether the surplus has gone.
const resizePoll = 10 * time.Millisecond

// Resize sets how many processes the pool may have. Ready workers beyond that
// end at once; busy ones end when their run has ended, for which Resize waits
// until ctx is done: the new number holds all the same. More workers are
// started when runs ask for them.
func (p *Pool) Resize(ctx context.Context, workers int) (before int, err error) {
	if workers < 1 {
		return 0, fmt.Errorf("resize the pool: %d workers; at least 1 is needed", workers)
	}
	p.mu.Lock()
	before, p.cfg.Workers = p.cfg.Workers, workers
	p.cfg.Warm = min(p.warm, workers)
	p.mu.Unlock()
	for {
		p.mu.Lock()
		p.trim()
		surplus := len(p.ready)+p.atWork()+p.starting > workers
		p.refill()
		p.mu.Unlock()
		if !surplus {
			return before, nil
		}
		select {
		case <-ctx.Done():
			return before, nil
		case <-time.After(resizePoll):
		}
	}
}

// trim ends ready workers beyond the pool's number. Called with mu held.
func (p *Pool) trim() {
	for len(p.ready) > 0 && len(p.ready)+p.atWork()+p.starting > p.cfg.Workers {
		p.retire(p.ready[0])
		p.ready = p.ready[1:]
	}
}

// Size is how many processes the pool may have.
func (p *Pool) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cfg.Workers
}

// Workers are the processes at this moment, by ID. Those being started are not
// among them.
func (p *Pool) Workers() []ratchet.Worker {
	stats := p.Stats().Workers
	list := make([]ratchet.Worker, len(stats))
	for i, w := range stats {
		list[i] = ratchet.Worker{
			ID: w.ID, PID: w.PID, State: string(w.State), Started: w.Started, Runs: w.Runs, Memory: w.Memory,
			Failed: w.Failed, Active: w.Active, CPU: w.CPU, Isolation: w.Isolation,
		}
	}
	return list
}
