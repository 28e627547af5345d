package worker

import (
	"slices"
	"time"

	goruntime "runtime"

	"ratchet"
	"ratchet/events"
)

// How long the pool waits before it refills itself.
const (
	warmDelay  = 30 * time.Millisecond // at its own start
	quickRetry = 50 * time.Millisecond // after a failed start
	startRetry = 5 * time.Second       // after several in a row
)

// refill starts workers for waiters and to keep the warm ones. Called with mu held.
func (p *Pool) refill() {
	if p.closed || p.waiting.len() == 0 && time.Now().Before(p.quiet) {
		return
	}
	total := len(p.ready) + p.atWork() + p.starting
	for total < p.cfg.Workers && p.wanting() {
		p.starting++
		total++
		p.nextID++
		p.background.Add(1)
		go p.startOne(p.nextID)
	}
}

// wanting says whether one more worker is needed. Called with mu held.
func (p *Pool) wanting() bool {
	spare := len(p.ready) + p.starting
	switch {
	case p.starting < p.waiting.len(): // what is ready has served others than those who wait
		return true
	case spare == 0 && (len(p.asking) > 0 || p.failure != nil): // callers of Report wait, or workers failed to start
		return true
	}
	return spare < p.cfg.Warm+p.waiting.len()
}

// refillAfter lets nothing but a waiting run start workers for d. Called with mu held.
func (p *Pool) refillAfter(d time.Duration) {
	if p.closed {
		return
	}
	if p.later != nil {
		p.later.Stop()
	}
	p.quiet = time.Now().Add(d)
	p.later = time.AfterFunc(d, ratchet.Guard("start workers", ratchet.Logged(p.cfg.Log, "start workers"), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.refill()
	}))
}

// reportStart answers those who wait for the first report. Called with mu held.
func (p *Pool) reportStart(err error) {
	for _, known := range p.asking {
		known <- err
	}
	p.asking = nil
}

// spawnRequest asks the spawner for a process.
type spawnRequest struct {
	id    int64
	reply chan spawned
}

type spawned struct {
	worker *process
	err    error
}

// spawner starts processes on one thread that lives as long as the pool,
// because a worker is killed by the kernel when the thread that started it ends.
func (p *Pool) spawner() {
	defer p.background.Done()
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	defer ratchet.Recover("start workers", ratchet.Logged(p.cfg.Log, "start workers")) // what can panic recovers by itself
	namespace := true
	for {
		select {
		case <-p.closing:
			return
		case r := <-p.spawn:
			r.reply <- p.startProcess(r.id, &namespace)
		}
	}
}

// startProcess starts a process, in namespaces of its own where that can be.
func (p *Pool) startProcess(id int64, namespace *bool) (got spawned) {
	defer ratchet.Recover("start a worker", func(err error) { got.err = err })
	got.worker, got.err = start(id, p.cfg.Command, *namespace, p.cfg.Log)
	if got.err != nil && *namespace {
		// Not every kernel or container lets us make namespaces; the report says so.
		if got.worker, got.err = start(id, p.cfg.Command, false, p.cfg.Log); got.err == nil {
			*namespace = false
		}
	}
	return got
}

func (p *Pool) startOne(id int64) {
	defer p.background.Done()
	var got spawned
	starting, handed := true, false
	defer ratchet.Recover("start a worker", func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if starting {
			p.starting--
		}
		if got.worker != nil && !handed {
			p.retire(got.worker)
		}
		p.startFailed(err)
	})
	r := spawnRequest{id: id, reply: make(chan spawned, 1)}
	p.spawn <- r
	got = <-r.reply
	if got.err == nil {
		got.err = got.worker.greet()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	starting = false
	defer p.refill()
	switch {
	case got.err != nil:
		p.startFailed(got.err)
	case p.closed:
		p.retire(got.worker)
	default:
		p.failures, p.failure, p.report = 0, nil, got.worker.report
		p.reportStart(nil)
		got.worker.changed = p.cfg.Changed
		got.worker.notify(events.WorkerStarted)
		p.ready = append(p.ready, got.worker)
		handed = true
		p.background.Add(1)
		go p.attend(got.worker)
		p.dispatch()
	}
}

// patience is how many starts in a row may fail before a waiting run does:
// one worker may die of another's trouble.
const patience = 3

// startFailed waits before it tries again; when that goes on it tells one waiter.
func (p *Pool) startFailed(err error) {
	p.failures++
	p.failure = err
	level, pause := p.cfg.Log.Warn, quickRetry
	if p.failures >= patience {
		level, pause = p.cfg.Log.Error, startRetry
	}
	p.refillAfter(pause)
	level("a worker could not be started", "error", err, "in_a_row", p.failures)
	refused := unavailable("no worker could be started").Wrap(err)
	p.reportStart(refused)
	if p.failures >= patience && p.waiting.len() > 0 {
		p.waiting.pop().ready <- handover{err: refused}
	}
}

// attend notices the death of a worker that is waiting for work.
func (p *Pool) attend(w *process) {
	defer p.background.Done()
	defer ratchet.Recover("attend a worker", ratchet.Logged(p.cfg.Log, "attend a worker"))
	<-w.gone
	w.notify(events.WorkerEnded)
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.ready, w); i >= 0 {
		w.complain("a waiting worker died")
		p.ready = slices.Delete(p.ready, i, i+1)
		p.lost++
		p.retire(w)
		p.refill()
	}
}
