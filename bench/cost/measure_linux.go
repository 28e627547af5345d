package cost

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ratchet/bench/subject"
)

// measure sends r and waits until the server is quiet again.
func (t *target) measure(ctx context.Context, r request) (spent, error) {
	bytes, err := t.allocated(ctx)
	if err != nil {
		return spent{}, err
	}
	cpu, err := t.cpu()
	if err != nil {
		return spent{}, err
	}
	if r.first != nil {
		_, _, _ = t.send(ctx, *r.first)
	}
	_, _, _ = t.send(ctx, r) // refusals and broken connections are fine
	after, err := t.quiet(ctx)
	if err != nil {
		return spent{}, err
	}
	more, err := t.allocated(ctx)
	return spent{after - cpu, more - bytes}, err
}

// quiet waits until the server uses next to no CPU, at most ten seconds: what
// goes on after the client has left is part of the cost.
func (t *target) quiet(ctx context.Context) (time.Duration, error) {
	last, err := t.cpu()
	for range 2000 {
		if err != nil || ctx.Err() != nil {
			return last, err
		}
		time.Sleep(5 * time.Millisecond)
		var now time.Duration
		if now, err = t.cpu(); now-last < time.Millisecond {
			return now, err
		}
		last = now
	}
	return last, err
}

// cpu is the time that the threads of the process have run (proc_pid_schedstat).
func (t *target) cpu() (sum time.Duration, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", t.cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		return 0, fmt.Errorf("the server has ended: %w", os.ErrProcessDone)
	}
	for _, file := range threads {
		data, err := os.ReadFile(file) //nolint:gosec // of the server
		if err != nil {
			continue // the thread has ended; Go keeps nearly all of them
		}
		first, _, _ := strings.Cut(string(data), " ")
		ns, _ := strconv.ParseInt(first, 10, 64)
		sum += time.Duration(ns)
	}
	return sum, nil
}

// allocated is how much the server has ever allocated, by its metrics.
func (t *target) allocated(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	n, err := subject.Metric(ctx, t.client, t.url, t.admin, "go_memstats_alloc_bytes_total")
	return int64(n), err
}
