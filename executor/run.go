package executor

import (
	"context"
	"sync"
	"time"

	"ratchet"
	"ratchet/events"
	"ratchet/runtime"
	"ratchet/storage"
)

// stopKind says who ended a run before its time.
type stopKind int

const (
	stopNone stopKind = iota
	stopCancel
	stopShutdown
)

// run is one execution while it is going on.
type run struct {
	e      *Executor
	id     string
	prog   *program
	req    Request
	place  *ticket
	masker *masker   // nil = no secrets
	trace  RunTracer // nil = not traced

	insertion *storage.Insertion // nil = there is no row

	ctx           context.Context // its end kills the run
	cancelContext context.CancelFunc
	stop          chan struct{} // closed = ask the script to stop
	done          chan struct{} // closed after the row is committed

	mu       sync.Mutex
	x        ratchet.Execution // the row as it is now
	stored   ratchet.Status    // what the row in the store says
	waiting  string            // why it has no worker yet; empty when it has
	stopped  stopKind
	reason   string // of the stop
	log      lineBuffer
	dirty    bool // progress is newer than the store
	timer    *time.Timer
	coverage *runtime.Coverage
	failures []string // requests that no mock answered
	advice   []string // what the script most likely did not mean

	flushing sync.Mutex // held while lines and progress are on their way to the store
	finished bool       // under flushing: no more of them
}

func newRun(e *Executor, x *ratchet.Execution, p *program, req Request, place *ticket) *run {
	r := &run{
		e: e, id: x.ID, prog: p, req: req, place: place, x: *x, stored: ratchet.StatusPending,
		stop: make(chan struct{}), done: make(chan struct{}), waiting: waitingForWorker,
	}
	if place.admitted != nil {
		r.waiting = waitingForLimit
	}
	r.ctx, r.cancelContext = context.WithCancel(context.Background())
	r.masker = req.held.masker()
	r.beginTrace()
	return r
}

// What a pending run waits for.
const (
	waitingForWorker = "worker"
	waitingForLimit  = "concurrency limit"
)

func (r *run) unstored() bool { return r.req.test != nil && r.req.test.unstored }

// snapshot returns the row as it is now. The caller may change its own copy.
func (r *run) snapshot() *ratchet.Execution {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.x
	return &x
}

// awaitRow waits until the row is stored. An error means that there is no row
// and never will be one.
func (r *run) awaitRow() error {
	if r.insertion == nil {
		return nil
	}
	n, err := r.insertion.Wait()
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.x.Number = n
	r.mu.Unlock()
	return nil
}

// notStored ends a run whose row was refused; the writer calls it.
func (r *run) notStored(error) { r.cancelContext() }

func (r *run) markRunning(at time.Time) {
	r.mu.Lock()
	r.x.Status, r.x.StartedAt, r.waiting = ratchet.StatusRunning, at, ""
	r.mu.Unlock()
}

func (r *run) publish() {
	x := r.snapshot()
	r.e.cfg.Bus.Publish(ratchet.Event{Kind: events.ExecutionUpdated, ID: r.id, Task: x.TaskName, At: r.e.cfg.Now(), Data: x})
}

// live takes the run from its place in the line to its committed end.
func (r *run) live() {
	defer r.e.running.Done()
	defer r.cancelContext()
	over := sync.OnceFunc(func() { r.e.remove(r); close(r.done) })
	defer over() // no caller waits for a run that is over
	defer ratchet.Recover("end a run", ratchet.Logged(r.e.cfg.Log, "end a run"))
	var end ending
	if r.awaitPlace() {
		end = r.execute()
	} else {
		end = ending{err: r.stoppedError()}
	}
	r.e.admission.leave(r.place)
	r.finish(end)
	end.door.close()
	if r.trace != nil {
		r.trace.Ended(r.snapshot(), end.outcome.Spans)
	}
	over()
	r.publish()
}

// awaitPlace waits for the gate; false when the run was stopped first.
func (r *run) awaitPlace() bool {
	if r.place.admitted == nil {
		return true
	}
	select {
	case <-r.place.admitted:
		r.mu.Lock()
		r.waiting = waitingForWorker
		r.mu.Unlock()
		return true
	case <-r.stop:
		return false
	case <-r.ctx.Done():
		return false
	}
}

// ending is what is known when the worker is done with a run.
type ending struct {
	outcome runtime.Outcome
	err     *ratchet.ExecutionError // why there is no outcome
	door    *door
}

// execute runs the job on a worker.
func (r *run) execute() (end ending) {
	defer ratchet.Recover("run a task", func(err error) {
		ratchet.Logged(r.e.cfg.Log, "run a task")(err)
		end.err = executionError(err)
	})
	d := r.e.openDoor(r)
	end.door = d
	job := r.e.newJob(r.snapshot(), r.prog, r.req)
	d.recorder.Pin(job)
	if f := r.req.fork; f != nil {
		d.recorder.Preload(f.before, f.after)
	}
	out, err := r.e.cfg.Runner.Run(r.ctx, job, runtime.Hooks{
		Host: d.outer, Started: r.started, Log: r.logged, Progress: r.progressed, Stop: r.stop, Debug: r.debugPort(d),
		Bodies: d.bodies,
	})
	end.outcome = out
	if err != nil {
		end.err = r.runnerFailure(err)
	}
	return end
}

func (r *run) runnerFailure(err error) *ratchet.ExecutionError {
	if e := r.stoppedError(); e != nil {
		return e
	}
	return executionError(runnerError(context.Background(), err))
}

// started is called by the pool when a worker has the job.
func (r *run) started() {
	now := r.e.cfg.Now().UTC()
	r.mu.Lock()
	already := r.x.Status == ratchet.StatusRunning
	if already {
		// Idle is no promise under load: the clock starts here.
		r.x.StartedAt = now
	}
	r.mu.Unlock()
	if r.trace != nil {
		r.trace.Started(now)
	}
	if already {
		return
	}
	r.markRunning(now)
	r.publish()
	// Most runs end before anybody could read the row: it is marked with the
	// first flush instead of at the cost of a commit for every run.
	r.scheduleFlush()
}

// stopFor asks the run to stop; force kills it. It reports whether the run was
// still going to run: a second polite stop changes nothing.
func (r *run) stopFor(kind stopKind, reason string, force bool) {
	r.mu.Lock()
	if r.stopped == stopNone {
		r.stopped, r.reason = kind, reason
		close(r.stop)
	}
	pending := r.x.Status == ratchet.StatusPending
	r.mu.Unlock()
	if force || pending {
		r.cancelContext()
	}
}

// stoppedError is the error of a run that was stopped; nil when it was not.
func (r *run) stoppedError() *ratchet.ExecutionError {
	r.mu.Lock()
	kind, reason := r.stopped, r.reason
	r.mu.Unlock()
	switch kind {
	case stopCancel:
		return cancelledError(reason)
	case stopShutdown:
		return &ratchet.ExecutionError{
			Code: ratchet.CodeUnavailable, Type: "service_unavailable", Cause: ratchet.CauseLost, Retryable: true,
			Message: "the server shut down before the run ended", Hint: "retry it with " + ratchet.ToolRetryExecution,
		}
	default:
		return nil
	}
}
