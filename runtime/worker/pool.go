package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	goruntime "runtime"

	"ratchet"
	"ratchet/runtime"
)

// Config configures a Pool. The zero value is ready to use.
type Config struct {
	Workers         int           // processes at most (twice the number of CPUs)
	Warm            int           // ready processes kept waiting, at most Workers; with none the first run waits for its own
	Waiting         int           // runs that may wait for a worker (1000)
	Command         []string      // program and arguments of a worker (this executable with Argument)
	IsolationPerRun bool          // one process for each run; nothing is reused
	IdleAfter       time.Duration // time without runs before the pool shrinks to Warm (30 s)
	StopGrace       time.Duration // between a polite stop and SIGKILL (5 s)
	Log             *slog.Logger  // nil = discard

	// Changed is called for workers that started, were leased or returned, and
	// ended, by the kinds of events that the root package names. It must be
	// quick and must not call the pool; nil = not called.
	Changed func(kind string, w ratchet.Worker)
}

func (c Config) withDefaults() (Config, error) {
	if c.Workers <= 0 {
		c.Workers = 2 * goruntime.NumCPU()
	}
	c.Warm = max(0, min(c.Warm, c.Workers))
	if c.Waiting <= 0 {
		c.Waiting = 1000
	}
	if c.IdleAfter <= 0 {
		c.IdleAfter = 30 * time.Second
	}
	if c.StopGrace <= 0 {
		c.StopGrace = 5 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Changed == nil {
		c.Changed = func(string, ratchet.Worker) {}
	}
	if len(c.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return c, fmt.Errorf("find this program to start workers: %w", err)
		}
		c.Command = []string{self, Argument}
	}
	return c, nil
}

// Pool runs jobs in worker processes. It is safe for concurrent use.
type Pool struct {
	cfg        Config
	spawn      chan spawnRequest
	closing    chan struct{}
	wake       chan struct{}
	asleep     atomic.Bool
	background sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	ready    []*process // newest last
	busy     map[*process]struct{}
	starting int
	waiting  queue
	report   Report       // of the newest worker
	asking   []chan error // those who wait for the first report
	nextID   int64
	failures int64       // of starting a process, in a row
	failure  error       // the last of them
	lost     int64       // processes discarded after a run
	warm     int         // as configured; cfg.Warm is less while the pool is smaller
	quiet    time.Time   // nothing is started before this unless a run waits
	later    *time.Timer // refills at quiet
}

// NewPool starts a pool. Its workers are started in the background, a moment
// later, so that they do not slow down the start of the program; a Run does
// not wait for that moment. The caller must Close it.
func NewPool(cfg Config) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Pool{
		cfg: cfg, spawn: make(chan spawnRequest), closing: make(chan struct{}),
		wake: make(chan struct{}, 1), busy: make(map[*process]struct{}), warm: cfg.Warm,
	}
	p.background.Add(2)
	go p.spawner()
	go p.monitor()
	p.mu.Lock()
	p.refillAfter(warmDelay)
	p.mu.Unlock()
	return p, nil
}

// Run runs job in a worker and blocks until it has ended. A run that fails,
// breaks a limit or loses its worker is an Outcome with Err set; the error is
// for runs that never began: CodeUnavailable when too many wait or no worker
// can be started. ctx done kills the run at once; hooks.Stop closed asks it to
// end and kills it Config.StopGrace later.
func (p *Pool) Run(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error) {
	job.Limits = job.Limits.WithDefaults()
	for range 3 {
		w, err := p.acquire(ctx, &job)
		if err != nil {
			if ctx.Err() != nil {
				return runtime.Outcome{Err: ending(ratchet.CauseCancelled, job.Limits, "it was still waiting for a worker")}, nil
			}
			return runtime.Outcome{}, err
		}
		if p.asleep.Load() {
			select {
			case p.wake <- struct{}{}:
			default:
			}
		}
		if job.Debug != nil {
			p.lend(w)
		}
		out, reuse, err := w.run(ctx, &job, hooks)
		p.put(w, reuse && !p.cfg.IsolationPerRun && job.Debug == nil)
		if errors.Is(err, errNotTaken) {
			continue // it died between two runs: nothing has happened yet
		}
		return out, err
	}
	return runtime.Outcome{}, unavailable("workers end before they take the run")
}

func unavailable(why string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "%s", why).With(ratchet.FieldRetryAfter, int64(1000)).
		WithHint("try again after a second; ratchet doctor shows what workers need")
}

// Idle says whether a run that came now would get a worker without waiting.
func (p *Pool) Idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ready) > 0 && p.waiting.len() == 0
}

// Isolation is the level that the newest worker reached; empty until the first
// has started.
func (p *Pool) Isolation() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.report.Level
}

// Report returns what the newest worker measured about its sandbox. When none
// has started yet it starts one, and blocks until that is up or has failed.
func (p *Pool) Report(ctx context.Context) (Report, error) {
	p.mu.Lock()
	switch {
	case p.report.Level != "":
		defer p.mu.Unlock()
		return p.report, nil
	case p.closed:
		p.mu.Unlock()
		return Report{}, unavailable("the server is shutting down")
	case p.failure != nil:
		defer p.mu.Unlock()
		return Report{}, unavailable("no worker could be started").Wrap(p.failure)
	}
	known := make(chan error, 1)
	p.asking = append(p.asking, known)
	p.refill()
	p.mu.Unlock()
	select {
	case err := <-known:
		if err != nil {
			return Report{}, err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.report, nil
	case <-ctx.Done():
		return Report{}, fmt.Errorf("wait for the first worker: %w", ctx.Err())
	}
}

// Close refuses new runs, lets running ones end until ctx is done, kills the
// rest and reaps every process.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.later.Stop()
	p.reportStart(unavailable("the server is shutting down"))
	for p.waiting.len() > 0 {
		p.waiting.pop().ready <- handover{err: unavailable("the server is shutting down")}
	}
	ready := p.ready
	p.ready = nil
	p.mu.Unlock()
	for _, w := range ready {
		p.end(w)
	}
	p.settle(ctx)
	close(p.closing)
	p.background.Wait()
	return ctx.Err()
}

// settle waits until no process is busy or starting; when ctx is done it kills them.
func (p *Pool) settle(ctx context.Context) {
	tick := time.NewTicker(monitorEvery)
	defer tick.Stop()
	for {
		busy := p.snapshotBusy()
		p.mu.Lock()
		left := len(p.busy) + p.starting
		p.mu.Unlock()
		if left == 0 {
			return
		}
		if ctx.Err() != nil {
			for _, w := range busy {
				w.mu.Lock()
				run := w.current
				w.mu.Unlock()
				if run != nil {
					w.killRun(run, ratchet.CauseCancelled)
				}
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			<-tick.C
		}
	}
}
