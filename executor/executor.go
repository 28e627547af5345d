package executor

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/spool"
	"ratchet/storage"
)

// Runner runs jobs behind the wall. Cancelling ctx kills the run at once;
// closing Hooks.Stop asks the script first. An error means the run could not
// be done at all; how it ended is in the Outcome.
type Runner interface {
	Run(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error)
	Idle() bool // a worker would take a job without waiting
}

// Config is what an Executor works with. Store and Runner are required.
type Config struct {
	Store  *storage.DB
	Runner Runner
	Broker *broker.Broker // nil = tasks reach nothing
	Bus    *ratchet.Bus   // nil = discarded
	Tracer Tracer         // nil = runs are not followed
	// Forward returns the headers by which requests of a run carry on the trace of its
	// caller, where there is no Tracer; nil = they do not.
	Forward func(ratchet.TraceContext) [][2]string
	Bodies  *spool.Store // keeps large bodies and recordings; nil = they are in memory

	Bounds        policy.Bounds    // of what a task's metadata may ask for
	WaitLimit     time.Duration    // longest wait of one call (25 s)
	MaxConcurrent int              // runs at once on this server; 0 = as many as there are workers
	MaxWaiting    int              // runs waiting for a place (1000)
	PerPrincipal  int              // runs at once of one named principal (10)
	Memory        int64            // memory of a run that names none, in bytes (256 MiB)
	ResponseBytes int              // of one body, for a task that names none (10 MiB)
	Secrets       Secrets          // nil = there are no secrets
	Now           func() time.Time // nil = time.Now
	Log           *slog.Logger     // nil = discarded
	DebugPause    time.Duration    // how long a debugged run may stand still (15 min)
	DebugLife     time.Duration    // how long a debug session may last (60 min)
	FlushInterval time.Duration    // how often a long run's logs and progress are stored (100 ms)
}

// Executor starts runs and keeps hold of those that are going on. It is safe
// for concurrent use.
type Executor struct {
	cfg       Config
	admission *admission
	programs  *programCache
	tasks     taskCache

	mu       sync.Mutex
	live     map[string]*run     // by execution id
	testRuns map[string]*testRun // by test run id
	debugs   debugSessions
	closed   bool
	keys     keyLocks
	replays  replayRuns
	running  sync.WaitGroup // runs and test runs
	draining chan struct{}  // closed with closed

	heavy       chan struct{} // taken to hold a large body in memory, one at a time
	uncommitted atomic.Int32  // runs whose end the store has refused so far
}

// maxUncommitted is how many ended runs may wait for the store before new ones
// are refused: what they hold is in memory.
const maxUncommitted = 32

// New returns an Executor over cfg. Call Drain before closing store and runner.
func New(cfg Config) *Executor {
	cfg = cfg.withDefaults()
	return &Executor{
		cfg: cfg,
		admission: newGate(gateLimits{
			server: cfg.MaxConcurrent, principal: cfg.PerPrincipal, waiting: cfg.MaxWaiting,
		}),
		programs: newProgramCache(512),
		live:     make(map[string]*run),
		testRuns: make(map[string]*testRun),
		draining: make(chan struct{}), heavy: make(chan struct{}, 1),
	}
}

func (c Config) withDefaults() Config {
	c.Bounds = c.Bounds.WithDefaults()
	if c.WaitLimit == 0 {
		c.WaitLimit = 25 * time.Second
	}
	if c.MaxWaiting == 0 {
		c.MaxWaiting = 1000
	}
	if c.PerPrincipal == 0 {
		c.PerPrincipal = 10
	}
	if c.Memory == 0 {
		c.Memory = 256 << 20
	}
	if c.ResponseBytes == 0 {
		c.ResponseBytes = 10 << 20
	}
	if c.DebugPause == 0 {
		c.DebugPause = 15 * time.Minute
	}
	if c.DebugLife == 0 {
		c.DebugLife = time.Hour
	}
	if c.FlushInterval == 0 {
		c.FlushInterval = 100 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Secrets == nil {
		c.Secrets = noSecrets{}
	}
	if c.Bus == nil {
		c.Bus = new(ratchet.Bus)
	}
	return c
}

// Drain refuses new runs and waits for those that are going on. When ctx ends
// first they are killed, their rows say so, and Drain returns ctx's error.
func (e *Executor) Drain(ctx context.Context) error {
	e.mu.Lock()
	if !e.closed {
		e.closed = true
		close(e.draining)
	}
	e.mu.Unlock()
	done := make(chan struct{})
	go func() {
		e.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	for _, r := range e.live {
		r.stopFor(stopShutdown, "the server is shutting down", true)
	}
	for _, t := range e.testRuns {
		t.cancel()
	}
	e.mu.Unlock()
	<-done
	return ctx.Err()
}

// enter counts a run in, unless the executor is draining or too many ends wait
// for the store.
func (e *Executor) enter() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ratchet.Errorf(ratchet.CodeUnavailable, "the server is shutting down").
			WithHint("try again in a few seconds").With(ratchet.FieldRetryAfter, int64(5000))
	}
	if n := e.uncommitted.Load(); n >= maxUncommitted {
		return ratchet.Errorf(ratchet.CodeUnavailable, "the results of %d runs wait to be stored", n).
			WithHint("check that the data directory is writable and has free space; they are stored as soon as it is, then call again").
			With(ratchet.FieldRetryAfter, int64(5000))
	}
	e.running.Add(1)
	return nil
}

func (e *Executor) add(r *run) {
	e.mu.Lock()
	e.live[r.id] = r
	e.mu.Unlock()
}

func (e *Executor) remove(r *run) {
	e.mu.Lock()
	delete(e.live, r.id)
	e.mu.Unlock()
}

func (e *Executor) lookup(id string) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.live[id]
}

// Check compiles a source behind the wall and says what was found. The entry
// point is not called.
func (e *Executor) Check(ctx context.Context, source runtime.Source) (runtime.Check, error) {
	if err := e.enter(); err != nil {
		return runtime.Check{}, err
	}
	defer e.running.Done()
	job := runtime.Job{
		Mode: runtime.ModeCheck, Source: source,
		Limits: runtime.Limits{Wall: 20 * time.Second}.WithDefaults(),
	}
	out, err := e.cfg.Runner.Run(ctx, job, runtime.Hooks{})
	switch {
	case err != nil:
		return runtime.Check{}, runnerError(ctx, err)
	case out.Check != nil:
		return *out.Check, nil
	case out.Err != nil:
		return runtime.Check{}, ratchet.Errorf(out.Err.Code, "the source could not be compiled: %s", out.Err.Message).
			WithHint("shorten or simplify the source; the compiler runs under the limits of a task").
			With(ratchet.FieldCause, out.Err.Cause)
	}
	return runtime.Check{}, errors.New("the runner checked a source and returned nothing")
}

// runnerError says why no worker took a job.
func runnerError(ctx context.Context, err error) error {
	var e *ratchet.Error
	if errors.As(err, &e) || ctx.Err() != nil {
		return err
	}
	return ratchet.Errorf(ratchet.CodeUnavailable, "no worker could take the run").
		WithHint("try again; `ratchet doctor` shows whether workers can start").Wrap(err)
}
