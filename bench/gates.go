package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"ratchet/registry"

	"ratchet/server/auth"
)

// smallest is the product's own tool that does least: it reads no store.
const smallest = "ratchet_list_templates"

// doors measures what stands before the smallest tool of a server with login:
// finding out who calls, permission, limits and audit, which together may add a
// fifth to a direct call; and the metrics that count it.
func doors(ctx context.Context, rounds int) error {
	w, err := wholeServer(ctx, "true")
	if err != nil {
		return err
	}
	defer w.stop()
	tool, ok := w.s.Registry().Lookup(smallest)
	if !ok {
		return errors.New(smallest + " is not offered")
	}
	guarded := *w.s.Deps()
	guarded.Gates = guarded.Gates[1:] // the first one counts
	args := []byte("{}")
	through := func(d *registry.Deps) caller {
		return func(ctx context.Context) error {
			who, err := w.s.Auth().Authenticate(ctx, auth.Credentials{APIKey: w.key, IP: "127.0.0.1"})
			if err != nil {
				return err
			}
			ctx = registry.WithCaller(ctx, registry.Caller{Principal: who.ID, Identity: who, Surface: "bench"})
			_, err = registry.Invoke(ctx, d, tool, args)
			return err
		}
	}
	calls := []caller{
		func(ctx context.Context) error { _, err := tool.Call(ctx, w.s.Deps(), args); return err },
		through(&guarded), through(w.s.Deps()),
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	each, err := inTurns(ctx, 50*rounds, 500, calls)
	if err != nil {
		return err
	}
	t := newTable("What stands before the smallest tool (login, limits and audit at most 1.20x)", "call of "+smallest, "each", "of the direct call")
	for i, name := range []string{"direct", "login, permission, limits and audit", "and metrics"} {
		t.row(name, fmt.Sprintf("%.2f us", float64(each[i].Nanoseconds())/1e3), fmt.Sprintf("%.2fx", float64(each[i])/float64(each[0])))
	}
	t.print()
	return nil
}

// inTurns makes n calls of each caller in every round, so that all of them meet
// the same disturbances, and returns the median time of a call of each.
func inTurns(ctx context.Context, rounds, n int, callers []caller) ([]time.Duration, error) {
	times := make([][]time.Duration, len(callers))
	for round := range rounds {
		for k := range callers {
			i := k
			if round%2 == 1 { // there and back
				i = len(callers) - 1 - k
			}
			begun := time.Now()
			for range n {
				if err := callers[i](ctx); err != nil {
					return nil, err
				}
			}
			times[i] = append(times[i], time.Since(begun)/time.Duration(n))
		}
	}
	out := make([]time.Duration, len(callers))
	for i, all := range times {
		slices.Sort(all)
		out[i] = all[len(all)/2]
	}
	return out, nil
}
