package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"ratchet"
)

// BenchmarkInsertFinish is one durable execution: the running row, then the
// end with output, a tape and a log line.
func BenchmarkInsertFinish(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			db := openTemp(b)
			tape := make([]byte, 200)
			b.ReportAllocs()
			inParallel(b, callers, func() error { return oneExecution(db, tape) })
		})
	}
}

func oneExecution(db *DB, tape []byte) error {
	e := &ratchet.Execution{
		TaskID: "0190a6b0-0000-7000-8000-000000000000", TaskName: "add", TaskVersion: "1.0.0", Status: ratchet.StatusRunning,
		Input: []byte(`{"a":1,"b":2}`), StartedAt: time.Now(), Timeout: time.Second,
	}
	if err := db.InsertExecution(context.Background(), e); err != nil {
		return err
	}
	e.Status, e.Output, e.Usage = ratchet.StatusCompleted, []byte(`3`), &ratchet.Usage{Wall: time.Millisecond}
	return db.FinishExecution(context.Background(), e, Finish{Tape: tape, Logs: []ratchet.LogLine{{Number: 1, Level: "info", Message: "done"}}})
}

// inParallel shares b.N calls among goroutines and reports them per second.
func inParallel(b *testing.B, callers int, call func() error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	failed := make(chan error, callers)
	b.ResetTimer()
	for range callers {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = call()
			}
			failed <- err
		}()
	}
	for range callers {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// BenchmarkFloorSync is what the disk allows: append 4 KiB and sync.
func BenchmarkFloorSync(b *testing.B) {
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

// BenchmarkFloorCommit is one synced commit of one small row.
func BenchmarkFloorCommit(b *testing.B) {
	db := openTemp(b)
	inParallel(b, 1, func() error {
		return db.write(context.Background(), true, func(t *tx) error {
			return t.exec("", "INSERT INTO payloads (hash, refs, data) VALUES (randomblob(16), 1, zeroblob(200))")
		})
	})
}

// BenchmarkFloorBulk is what bulk statements reach in one goroutine with
// groups of 128: a row inserted and updated with json_each, one synced commit each.
func BenchmarkFloorBulk(b *testing.B) {
	db := openTemp(b)
	list := "[0"
	for i := range 127 {
		list += fmt.Sprintf(",%d", i+1)
	}
	list += "]"
	n := 0
	inParallel(b, 1, func() error {
		if n++; n%128 != 1 {
			return nil
		}
		err := db.write(context.Background(), true, func(t *tx) error {
			return t.exec("", "INSERT INTO payloads (id, hash, refs, data) SELECT ? + value, randomblob(16), 1, zeroblob(200) FROM json_each(?)", n, list)
		})
		if err != nil {
			return err
		}
		return db.write(context.Background(), true, func(t *tx) error {
			return t.exec("", "UPDATE payloads SET refs = 2, data = zeroblob(250) FROM json_each(?) WHERE payloads.id = value + ?", list, n)
		})
	})
}

func BenchmarkExecution(b *testing.B) {
	db := openTemp(b)
	e := &ratchet.Execution{TaskID: "t", TaskName: "t", Input: []byte(`{"a":1}`)}
	if err := db.InsertExecution(context.Background(), e); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	inParallel(b, 1, func() error {
		_, err := db.Execution(context.Background(), e.ID)
		return err
	})
}
