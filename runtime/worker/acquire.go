package worker

import (
	"container/heap"
	"context"
	"slices"

	"ratchet"
	"ratchet/runtime"
)

// acquire takes a worker for job, waiting for one if needed.
func (p *Pool) acquire(ctx context.Context, job *runtime.Job) (*process, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, unavailable("the server is shutting down")
	}
	if p.waiting.len() == 0 {
		if w := p.take(job.Principal); w != nil {
			p.refill()
			p.mu.Unlock()
			return w, nil
		}
	}
	if p.waiting.len() >= p.cfg.Waiting {
		p.mu.Unlock()
		return nil, unavailable("too many runs are waiting for a worker")
	}
	priority := int(job.Priority)
	if priority == 0 {
		priority = 2
	}
	p.waiting.seq++
	me := &waiter{priority: priority, seq: p.waiting.seq, principal: job.Principal, ready: make(chan handover, 1)}
	heap.Push(&p.waiting, me)
	p.refill()
	p.mu.Unlock()
	select {
	case got := <-me.ready:
		return got.worker, got.err
	case <-ctx.Done():
	}
	p.mu.Lock()
	if me.index >= 0 {
		heap.Remove(&p.waiting, me.index)
		p.mu.Unlock()
		return nil, ctx.Err()
	}
	p.mu.Unlock()
	// A worker was on its way: give it back.
	if got := <-me.ready; got.worker != nil {
		p.put(got.worker, true)
	}
	return nil, ctx.Err()
}

// take pops a ready worker that principal may use: the newest that served it
// before, else an unused one. A worker of another principal is ended to
// make room. Called with mu held; nil = none.
func (p *Pool) take(principal string) *process {
	fresh := -1
	for i := len(p.ready) - 1; i >= 0; i-- {
		w := p.ready[i]
		if w.runs > 0 && w.principal == principal {
			return p.lease(i, principal)
		}
		if w.runs == 0 {
			fresh = i
		}
	}
	if fresh >= 0 {
		return p.lease(fresh, principal)
	}
	if len(p.ready) > 0 && len(p.ready)+p.atWork()+p.starting >= p.cfg.Workers {
		old := p.ready[0]
		p.ready = slices.Delete(p.ready, 0, 1)
		p.retire(old)
	}
	return nil
}

func (p *Pool) lease(i int, principal string) *process {
	w := p.ready[i]
	p.ready = slices.Delete(p.ready, i, i+1)
	w.principal = principal
	p.busy[w] = struct{}{}
	return w
}

// put returns a worker after a run, or ends it.
func (p *Pool) put(w *process, reuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, w)
	if !reuse || p.closed {
		p.lost++
		p.retire(w)
	} else {
		p.ready = append(p.ready, w)
		p.trim()
	}
	p.dispatch()
	p.refill()
}

// dispatch hands ready workers to waiters. Called with mu held.
func (p *Pool) dispatch() {
	for p.waiting.len() > 0 && len(p.ready) > 0 {
		w := p.take(p.waiting.items[0].principal)
		if w == nil {
			return
		}
		p.waiting.pop().ready <- handover{worker: w}
	}
}

// retire ends a worker in the background. Called with mu held.
func (p *Pool) retire(w *process) {
	p.background.Add(1)
	go func() {
		defer p.background.Done()
		defer ratchet.Recover("end a worker", ratchet.Logged(p.cfg.Log, "end a worker"))
		p.end(w)
	}()
}

func (p *Pool) end(w *process) {
	w.discard()
	<-w.gone
}
