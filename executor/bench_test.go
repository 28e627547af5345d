package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/storage"
)

// BenchmarkExecute is one recorded, durable execution of a small task in a
// warm worker, by callers. Its floors are measured in the same run: the disk's
// sync, one durable commit, and the rows of 128 callers without any run.
func BenchmarkExecute(b *testing.B) {
	b.Run("floor=sync", benchmarkSync)
	b.Run("floor=commit", func(b *testing.B) {
		db := benchStore(b)
		inParallel(b, 1, func() error {
			return db.StoreExecution(context.Background(), &ratchet.Execution{
				TaskName: "add", Status: ratchet.StatusCompleted, Origin: ratchet.OriginExternal, Output: json.RawMessage(`3`),
			})
		})
	})
	b.Run("ceiling=rows", func(b *testing.B) {
		db := benchStore(b)
		inParallel(b, 128, func() error { return rowsOnly(db) })
	})
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			r := newRig(b, nil)
			r.task(b, `export default (i) => ({ sum: i.a + i.b })`, nil)
			r.run(b, `{"a":1,"b":2}`)
			b.ReportAllocs()
			inParallel(b, callers, func() error { return executeOnce(r) })
		})
	}
}

func executeOnce(r rig) error {
	h, err := r.Start(context.Background(), executor.Request{Task: "t", Input: json.RawMessage(`{"a":1,"b":2}`)})
	if err != nil {
		return err
	}
	x, err := h.Wait(context.Background(), time.Minute)
	if err == nil && x.Status != ratchet.StatusCompleted {
		err = fmt.Errorf("%s: %+v", x.Status, x.Error)
	}
	return err
}

// rowsOnly writes what an execution writes and runs nothing.
func rowsOnly(db *storage.DB) error {
	x := &ratchet.Execution{
		TaskID: "0190a6b0-0000-7000-8000-000000000000", TaskName: "add", TaskVersion: "1.0.0",
		Status: ratchet.StatusRunning, Input: json.RawMessage(`{"a":1,"b":2}`), StartedAt: time.Now(),
	}
	if err := db.InsertExecution(context.Background(), x); err != nil {
		return err
	}
	x.Status, x.Output, x.Usage = ratchet.StatusCompleted, json.RawMessage(`{"sum":3}`), &ratchet.Usage{}
	return db.FinishExecution(context.Background(), x, storage.Finish{Tape: make([]byte, 200), Steps: make([]byte, 200), Spans: make([]byte, 200)})
}

func benchStore(b *testing.B) *storage.DB {
	db, err := storage.Open(context.Background(), storage.Config{Path: filepath.Join(b.TempDir(), "ratchet.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

func benchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	inParallel(b, 1, func() error {
		if _, err := f.Write(page); err != nil {
			return err
		}
		return f.Sync()
	})
}

// cpuTime is what this process has used, without its workers. It varies less
// than the clock on a busy machine.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// inParallel shares b.N calls among goroutines and reports their rate and the
// median and 99th percentile of one call.
func inParallel(b *testing.B, callers int, call func() error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	failed := make(chan error, callers)
	before := cpuTime(b)
	b.ResetTimer()
	for range callers {
		go func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(took)) {
					failed <- nil
					return
				}
				begun := time.Now()
				if err := call(); err != nil {
					failed <- err
					return
				}
				took[i] = time.Since(begun)
			}
		}()
	}
	for range callers {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-us/op")
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
}
