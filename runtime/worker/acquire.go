package worker

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"time"

	goruntime "runtime"

	"ratchet/runtime"
)

// startRetry is how long the pool waits after a failed start before it refills itself.
const startRetry = 5 * time.Second

// waiter is one run in the queue.
type waiter struct {
	priority  int
	seq       int64
	principal string
	ready     chan handover // buffered
	index     int           // in the heap; -1 = left it
}

// handover is what a waiter gets.
type handover struct {
	worker *process
	err    error
}

// queue orders waiters by priority, then by arrival.
type queue struct {
	items []*waiter
	seq   int64
}

func (q *queue) len() int { return len(q.items) }
func (q *queue) Len() int { return len(q.items) }
func (q *queue) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	if a.priority != b.priority {
		return a.priority > b.priority
	}
	return a.seq < b.seq
}

func (q *queue) Swap(i, j int) {
	q.items[i], q.items[j] = q.items[j], q.items[i]
	q.items[i].index, q.items[j].index = i, j
}

func (q *queue) Push(x any) {
	w := x.(*waiter)
	w.index = len(q.items)
	q.items = append(q.items, w)
}

func (q *queue) Pop() any {
	last := len(q.items) - 1
	w := q.items[last]
	q.items[last] = nil
	q.items, w.index = q.items[:last], -1
	return w
}

func (q *queue) pop() *waiter { return heap.Pop(q).(*waiter) }

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
// before, else one that served nobody. A worker of somebody else is ended to
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
	if len(p.ready) > 0 && len(p.ready)+len(p.busy)+p.starting >= p.cfg.Workers {
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
		p.end(w)
	}()
}

func (p *Pool) end(w *process) {
	w.discard()
	<-w.gone
}

// refill starts workers for waiters and to keep the warm ones. Called with mu held.
func (p *Pool) refill() {
	if p.closed || p.waiting.len() == 0 && time.Now().Before(p.retry) {
		return
	}
	total := len(p.ready) + len(p.busy) + p.starting
	for total < p.cfg.Workers && len(p.ready)+p.starting < p.cfg.Warm+p.waiting.len() {
		p.starting++
		total++
		p.nextID++
		p.background.Add(1)
		go p.startOne(p.nextID)
	}
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
	namespace := true
	for {
		select {
		case <-p.closing:
			return
		case r := <-p.spawn:
			w, err := start(r.id, p.cfg.Command, namespace, p.cfg.Log)
			if err != nil && namespace {
				// Not every kernel or container lets us make namespaces; the report says so.
				if w, err = start(r.id, p.cfg.Command, false, p.cfg.Log); err == nil {
					namespace = false
				}
			}
			r.reply <- spawned{w, err}
		}
	}
}

func (p *Pool) startOne(id int64) {
	defer p.background.Done()
	r := spawnRequest{id: id, reply: make(chan spawned, 1)}
	p.spawn <- r
	got := <-r.reply
	if got.err == nil {
		got.err = got.worker.greet()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starting--
	defer p.refill()
	switch {
	case got.err != nil:
		p.startFailed(got.err)
	case p.closed:
		p.retire(got.worker)
	default:
		p.failures, p.report = 0, got.worker.report
		p.ready = append(p.ready, got.worker)
		p.background.Add(1)
		go p.attend(got.worker)
		p.dispatch()
	}
}

// startFailed tells one waiter and waits before it tries for itself.
func (p *Pool) startFailed(err error) {
	p.failures++
	p.retry = time.Now().Add(startRetry)
	level := p.cfg.Log.Warn
	if p.failures >= 3 {
		level = p.cfg.Log.Error
	}
	level("a worker could not be started", "error", err, "in_a_row", p.failures)
	if p.waiting.len() > 0 {
		p.waiting.pop().ready <- handover{err: unavailable("no worker could be started").Wrap(err)}
	}
}

// attend notices the death of a worker that is waiting for work.
func (p *Pool) attend(w *process) {
	defer p.background.Done()
	<-w.gone
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.ready, w); i >= 0 {
		p.ready = slices.Delete(p.ready, i, i+1)
		p.lost++
		p.retire(w)
		p.refill()
	}
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
