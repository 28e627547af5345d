package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"ratchet/runtime/worker"
)

func main() {
	short := flag.Bool("short", false, "a quick look instead of steady figures")
	only := flag.String("only", "", "http, stdio, direct, rest, graphql, surfaces, run, overheads, startup, memory, bodies or stored; empty = all")
	role := flag.String("role", "", "run as one of the measured servers")
	executions := flag.Int("executions", 20_000, "how many executions -only stored looks at")
	kept := flag.String("data", "", "database of -only stored that is made once and kept")
	isWorker := flag.Bool("worker", false, "run as a worker process")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *short, *only, *role, *isWorker, func(ctx context.Context) error { return stored(ctx, *kept, *executions) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, short bool, only, role string, isWorker bool, stored func(context.Context) error) error {
	if isWorker {
		return worker.Serve(ctx)
	}
	if role != "" {
		serve, ok := roles[role]
		if !ok {
			return fmt.Errorf("no role %q", role)
		}
		return serve(ctx)
	}
	d, rounds := 2*time.Second, 4
	if short {
		d, rounds = 300*time.Millisecond, 2
	}
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"http", func() error { return overHTTP(ctx, d, rounds) }},
		{"stdio", func() error { return overStdio(ctx, d) }},
		{"direct", func() error { return durable(ctx, d) }},
		{"rest", func() error { return overREST(ctx, d) }},
		{"graphql", func() error { return overGraphQL(ctx, d) }},
		{"surfaces", func() error { return errors.Join(surfaces(ctx, d), doors(ctx, rounds)) }},
		{"run", func() error { return executions(ctx, d) }},
		{"overheads", func() error { return overheads(ctx, 30*rounds) }},
		{"startup", func() error { return startups(ctx, 3*rounds) }},
		{"memory", func() error { return memory(ctx) }},
		{"bodies", func() error { return bodies(ctx) }},
		{"stored", func() error { return stored(ctx) }},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}
