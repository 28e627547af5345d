package worker

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/runtime"
)

// TestMain lets the test binary be its own worker, and the other programs that
// tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if program := programs()[os.Args[1]]; program != nil {
			if err := program(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

func newPool(tb testing.TB, cfg Config) *Pool {
	tb.Helper()
	pool, err := NewPool(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := pool.Close(ctx); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return pool
}

func job(code string) runtime.Job {
	return runtime.Job{
		Source: runtime.Source{Name: "main.js", Code: code, Language: ratchet.JavaScript, Hash: code},
		Input:  []byte(`{"a":1,"b":2}`),
	}
}
