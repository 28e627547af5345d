package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Options say what a run does. Server and Duration are required.
type Options struct {
	Server   []string // program and arguments that serve; data folder, address and clock are added
	Seed     uint64
	Duration time.Duration // of the load; checks come on top
	Clients  int           // 0 = 8
	Faults   bool          // false = a soak: nothing is broken, everything must stay flat
	Progress func(format string, args ...any)
}

// Limits of a run.
const (
	patience    = 90 * time.Second // after which a call or a row counts as stuck
	startTime   = 30 * time.Second // until a server is ready
	maxMemory   = 768 << 20        // resident bytes of the server at its peak
	maxFiles    = 256              // descriptors of a server that is at rest
	soakDrift   = 0.05             // between the first and the last third of a soak
	sampleEvery = time.Second
)

// bench is one run.
type bench struct {
	options  Options
	dir      string
	disk     *disk
	upstream *upstream
	report   *Report
	book     *book

	mu     sync.Mutex
	server *process      // nil = none is meant to run
	offset time.Duration // of the server's clock
}

// Run does one run. An error means that it could not be done; promises that
// were broken are in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Clients == 0 {
		o.Clients = 8
	}
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	dir, err := os.MkdirTemp("", "ratchet-chaos-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir, report: newReport(o), book: newBook()}
	b.report.logged = b.logged
	err = b.run(ctx)
	if b.disk != nil {
		err = errors.Join(err, b.disk.close())
	}
	return b.report, errors.Join(err, os.RemoveAll(dir))
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.disk, err = openDisk(b.dir, b.options.Faults); err != nil {
		return err
	}
	if b.upstream, err = openUpstream(b.options.Seed, b.options.Faults); err != nil {
		return err
	}
	defer b.upstream.close()
	if err := b.start(ctx); err != nil {
		return err
	}
	defer b.stopNow()
	if err := b.createTasks(ctx); err != nil {
		return fmt.Errorf("create the tasks: %w", err)
	}
	loading, stop := context.WithTimeout(ctx, b.options.Duration)
	defer stop()
	var load sync.WaitGroup
	for i := range b.options.Clients {
		load.Go(func() { newClient(b, i).work(ctx, loading) })
	}
	load.Go(func() { b.sample(loading) })
	if b.options.Faults {
		b.conduct(ctx, loading)
	} else {
		<-loading.Done()
	}
	load.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.verify(ctx)
}
