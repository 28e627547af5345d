package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"
)

// fault is one way of breaking things. It returns after it is over and a
// server is ready again; an error means that the fault could not be made.
type fault struct {
	name   string
	weight int
	do     func(b *bench, ctx context.Context, r *rand.Rand) error
	disk   bool // needs a disk of our own
}

func faults() []fault {
	return []fault{
		{"server killed", 6, (*bench).killServer, false},
		{"workers killed", 6, (*bench).killWorkers, false},
		{"server ended by SIGTERM", 2, (*bench).endServer, false},
		{"server paused", 2, (*bench).pauseServer, false},
		{"clock moved", 4, (*bench).moveClock, false},
		{"descriptors used up", 4, (*bench).useUpFiles, false},
		{"disk full", 4, (*bench).fillDisk, true},
		{"disk stalled", 4, (*bench).stallDisk, true},
		{"disk read-only", 3, (*bench).breakDisk, true},
	}
}

// conduct makes faults, one after the other, until loading ends.
func (b *bench) conduct(ctx, loading context.Context) {
	r := rand.New(rand.NewPCG(b.options.Seed, 0))
	possible, total := []fault{}, 0
	for _, f := range faults() {
		if f.disk && b.disk.image == "" {
			b.report.skip("%s: %s", f.name, b.disk.why)
			continue
		}
		possible, total = append(possible, f), total+f.weight
	}
	for pause(loading, time.Duration(300+r.IntN(2200))*time.Millisecond) {
		n, chosen := r.IntN(total), fault{}
		for _, f := range possible {
			if chosen = f; n < f.weight {
				break
			}
			n -= f.weight
		}
		b.options.Progress("%s", chosen.name)
		if err := chosen.do(b, ctx, r); err != nil {
			if ctx.Err() != nil {
				return
			}
			b.report.broken("%s: %v", chosen.name, err)
			if b.current() == nil && b.start(ctx) != nil {
				return
			}
		}
		b.report.count("faults: "+chosen.name, 1)
	}
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// hold is how long a fault lasts.
func hold(r *rand.Rand) time.Duration { return time.Duration(200+r.IntN(1800)) * time.Millisecond }

func (b *bench) killServer(ctx context.Context, _ *rand.Rand) error {
	b.stopNow()
	return b.start(ctx)
}

func (b *bench) endServer(ctx context.Context, _ *rand.Rand) error {
	if p := b.take(); p != nil {
		if err := p.end(); err != nil {
			b.report.broken("%v", err)
		}
	}
	return b.start(ctx)
}

func (b *bench) killWorkers(ctx context.Context, r *rand.Rand) error {
	p := b.current()
	found, err := children(p.cmd.Process.Pid)
	if err != nil {
		return nil // none is running
	}
	if r.IntN(2) == 0 {
		found = found[:1]
	}
	for _, pid := range found {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	b.report.count("workers killed", len(found))
	return p.ready(ctx)
}

func (b *bench) pauseServer(ctx context.Context, r *rand.Rand) error {
	p := b.current()
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	pause(ctx, hold(r))
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
	return p.ready(ctx)
}

// moveClock steps the server's clock by up to two hours either way: less than
// anything is kept, so that nothing is forgotten for its age.
func (b *bench) moveClock(ctx context.Context, r *rand.Rand) error {
	b.mu.Lock()
	b.offset = time.Duration(r.IntN(4*3600)-2*3600) * time.Second
	p, offset := b.server, b.offset
	b.mu.Unlock()
	if _, err := fmt.Fprintln(p.clock, offset); err != nil {
		return err
	}
	return p.ready(ctx)
}

// useUpFiles lets the server open a handful more descriptors for a while.
func (b *bench) useUpFiles(ctx context.Context, r *rand.Rand) error {
	p := b.current()
	pid := p.cmd.Process.Pid
	open, err := openFiles(pid)
	if err != nil {
		return err
	}
	before, err := limitFiles(pid, uint64(max(0, open+r.IntN(10)-2))) //nolint:gosec // not negative
	if err != nil {
		return err
	}
	pause(ctx, hold(r))
	if _, err := limitFiles(pid, before); err != nil {
		return err
	}
	return p.ready(ctx)
}

func (b *bench) fillDisk(ctx context.Context, r *rand.Rand) error {
	if err := b.disk.fill(); err != nil {
		return errors.Join(err, b.disk.empty()) // a part of the ballast may be there
	}
	pause(ctx, hold(r))
	if err := b.disk.empty(); err != nil {
		return err
	}
	return b.current().ready(ctx)
}

func (b *bench) stallDisk(ctx context.Context, r *rand.Rand) error {
	if err := b.disk.freeze(); err != nil {
		return err
	}
	pause(ctx, hold(r))
	if err := b.disk.thaw(); err != nil {
		return err
	}
	return b.current().ready(ctx)
}

// breakDisk makes the disk read-only under a running server, then starts one
// on a disk that stays so: it must refuse. What was not synced is lost.
func (b *bench) breakDisk(ctx context.Context, r *rand.Rand) error {
	b.book.lossy(true)
	defer b.book.lossy(false)
	if err := b.disk.abort(); err != nil {
		return err
	}
	pause(ctx, hold(r))
	b.stopNow()
	if err := b.disk.readOnly(); err != nil {
		return err
	}
	if p, err := b.spawn(0); err == nil {
		b.report.broken("a server started on a read-only disk: %s", p.tail())
		p.kill()
	}
	if err := b.disk.repair(); err != nil {
		return err
	}
	return b.start(ctx)
}
