package worker

import (
	"context"
	"sync"
	"testing"
	"time"

	"ratchet/runtime"
)

// TestPool_keepsNoneWarm: without warm workers nothing is started until a run
// or a question about the sandbox needs it.
func TestPool_keepsNoneWarm(t *testing.T) {
	pool := newPool(t, Config{Workers: 3})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	pool.mu.Lock()
	pool.quiet = time.Time{} // as if the moment after the start were over
	pool.refill()
	starting := pool.starting
	pool.mu.Unlock()
	if starting != 0 || pool.Isolation() != "" {
		t.Errorf("%d workers are being started, isolation %q", starting, pool.Isolation())
	}
	report, err := pool.Report(ctx)
	if err != nil || report.Level == "" || pool.Isolation() != report.Level {
		t.Errorf("isolation %q, report %+v, %v", pool.Isolation(), report, err)
	}
	if n := len(pool.Stats().Workers); n != 1 {
		t.Errorf("%d workers were started for one question", n)
	}
	pool.shrink()
	out, err := pool.Run(ctx, job("export default () => 1"), runtime.Hooks{})
	if err != nil || string(out.Output) != "1" {
		t.Errorf("a run without any worker: %s, %+v, %v", out.Output, out.Err, err)
	}
}

// TestPool_startsForAnotherPrincipal: ready workers that served one caller are
// no use to another, however many there are.
func TestPool_startsForAnotherPrincipal(t *testing.T) {
	pool := newPool(t, Config{Workers: 8, Warm: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var together, ended sync.WaitGroup
	together.Add(3)
	for range 3 {
		ended.Go(func() {
			mine := job("export default () => 1")
			mine.Principal = "ada"
			if _, err := pool.Run(ctx, mine, runtime.Hooks{Started: func() { together.Done(); together.Wait() }}); err != nil {
				t.Error(err)
			}
		})
	}
	ended.Wait()
	for _, principal := range []string{"bob", "cid"} { // the first takes the worker that was kept warm
		other := job("export default () => 1")
		other.Principal = principal
		out, err := pool.Run(ctx, other, runtime.Hooks{})
		if err != nil || string(out.Output) != "1" {
			t.Errorf("the run of %s: %s, %+v, %v; %+v", principal, out.Output, out.Err, err, pool.Stats())
		}
	}
}
