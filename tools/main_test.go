package tools_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"ratchet/registry"

	"ratchet/runtime/worker"
)

// pool is one real pool for all tests that look at workers.
var pool = sync.OnceValue(func() *worker.Pool {
	p, err := worker.NewPool(worker.Config{Workers: 3, Warm: 1})
	if err != nil {
		panic(err)
	}
	return p
})

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Argument {
		if err := worker.Serve(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := pool().Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// health is that of a process with a database and no more.
func health(db interface{ Ping(context.Context) error }) func(context.Context) registry.Health {
	return func(ctx context.Context) registry.Health {
		check := registry.HealthCheck{Status: registry.Healthy, Message: "reads and writes", Critical: true}
		if err := db.Ping(ctx); err != nil {
			check.Status = registry.Unhealthy
		}
		return registry.Health{Status: check.Status, Checks: map[string]registry.HealthCheck{"database": check}}
	}
}
