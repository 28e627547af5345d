package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ratchet"
	"ratchet/storage"
)

// storedDays is the time over which the stored executions are spread.
const storedDays = 90

// stored measures lists and statistics over n stored executions. path is a
// database made by an earlier run, or where to keep this one; empty = a
// temporary one.
func stored(ctx context.Context, path string, n int) error {
	if path == "" {
		dir, err := os.MkdirTemp("", "ratchet-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "ratchet.db")
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := fill(ctx, path, n); err != nil {
			return err
		}
	}
	begun := time.Now()
	db, err := storage.Open(ctx, storage.Config{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	opened := time.Since(begun)
	size, err := db.Size(ctx)
	if err != nil {
		return err
	}
	var total int64
	for _, counts := range []map[ratchet.Status]int64{size.Executions, size.TestExecutions} {
		for _, count := range counts {
			total += count
		}
	}
	t := newTable(fmt.Sprintf("Lists and statistics over %d executions (at most 50 ms at p95, by hour 200 ms, texts 300 ms)", total),
		"what", "p50", "p95", "cpu", "rows", "total")
	if err := storedLists(ctx, db, t, total); err != nil {
		return err
	}
	if err := storedStats(ctx, db, t); err != nil {
		return err
	}
	t.row("open", micros(opened), "", "", "", "")
	t.row("bytes for each execution", fmt.Sprint((size.FileBytes-size.FreeBytes)/max(total, 1)), "", "", "", "")
	t.print()
	return nil
}

// fill stores n executions through the store's own writes: 50 tasks, most of
// them completed, spread over storedDays until now, the last ones not ended.
func fill(ctx context.Context, path string, n int) error {
	db, err := storage.Open(ctx, storage.Config{Path: path})
	if err != nil {
		return err
	}
	defer db.Close()
	tasks := make([]ratchet.Task, 50)
	for i := range tasks {
		tasks[i] = ratchet.Task{
			Name: fmt.Sprintf("task-%02d", i), Version: "1.0.0", Description: "Does nothing.", Enabled: true,
			Code: "export default (i) => i", Tags: []string{fmt.Sprint("tag-", i%7)},
		}
		if err := db.CreateTask(ctx, &tasks[i], "", ""); err != nil {
			return err
		}
	}
	begun := time.Now()
	var next atomic.Int64
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for range 256 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				err := storeOne(ctx, db, tasks, begun, int(i), n)
				if err == nil {
					continue
				}
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
				return
			}
		})
	}
	wg.Wait()
	fmt.Printf("stored %d executions in %v\n", n, time.Since(begun).Round(time.Millisecond))
	return failed
}

// storeOne stores execution i of n.
func storeOne(ctx context.Context, db *storage.DB, tasks []ratchet.Task, now time.Time, i, n int) error {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	task := &tasks[int(float64(len(tasks))*math.Pow(r.Float64(), 2))] // some much more often than others
	age := storedDays * 24 * time.Hour / time.Duration(n) * time.Duration(n-i)
	e := &ratchet.Execution{
		TaskID: task.ID, TaskName: task.Name, TaskVersion: task.Version, Status: ratchet.StatusRunning, Origin: ratchet.OriginDirect,
		Timeout: 30 * time.Second, Principal: "user:ada", Input: json.RawMessage(fmt.Sprintf(`{"order":%d,"items":[1,2,3]}`, i)),
	}
	e.QueuedAt = now.Add(-age - time.Duration(r.Int64N(int64(time.Second))))
	e.StartedAt = e.QueuedAt.Add(time.Duration(r.Int64N(int64(5 * time.Millisecond))))
	switch r.IntN(40) {
	case 0, 1:
		e.BatchID = fmt.Sprint("batch-", i/1000)
	case 2:
		e.JobID = fmt.Sprint("job-", i/500)
	case 3:
		e.ScheduleID = fmt.Sprint("schedule-", i%20)
	case 4, 5, 6:
		e.CorrelationToken = fmt.Sprint("order-", i)
	}
	if i > n-20 {
		return db.InsertExecution(ctx, e)
	}
	inserted, err := db.BeginInsert(ctx, e, nil)
	if err != nil {
		return err
	}
	done := *e
	done.CompletedAt = e.StartedAt.Add(time.Duration(float64(20*time.Millisecond) * math.Exp(r.NormFloat64()*1.3)))
	done.Usage = &ratchet.Usage{Wall: done.CompletedAt.Sub(done.StartedAt), CPU: 2 * time.Millisecond}
	done.Status, done.Output = ratchet.StatusCompleted, json.RawMessage(`{"accepted":true,"sum":6}`)
	if status, message := unhappy(r, i); status != "" {
		done.Status, done.Output = status, nil
		done.Error = &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "Error", Message: message}
	}
	if r.IntN(200) == 0 {
		done.Progress = &ratchet.Progress{Fraction: 0.5, Message: "half"}
	}
	return db.FinishExecution(ctx, &done, storage.Finish{After: inserted, Tape: make([]byte, 120)})
}

func unhappy(r *rand.Rand, i int) (ratchet.Status, string) {
	switch r.IntN(100) {
	case 0, 1, 2:
		return ratchet.StatusFailed, fmt.Sprintf("order %d has no customer", i)
	case 3:
		return ratchet.StatusTimedOut, "the run took longer than 30s"
	case 4:
		return ratchet.StatusCancelled, "cancelled by user:ada"
	default:
		return "", ""
	}
}
