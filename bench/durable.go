package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ratchet"
	"ratchet/storage"
)

// durable compares executions by direct registry call with what the disk and
// the store allow.
func durable(ctx context.Context, d time.Duration) error {
	dir, err := os.MkdirTemp("", "ratchet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fsync, err := fsyncRate(ctx, d/2, dir)
	if err != nil {
		return err
	}
	ceiling, err := storeRate(ctx, d, filepath.Join(dir, "store.db"), 128)
	if err != nil {
		return err
	}
	if err := os.Setenv("BENCH_DATA", filepath.Join(dir, "data")); err != nil {
		return err
	}
	s, err := openRatchet(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }()
	direct := func(tool, arguments string) caller {
		t, _ := s.Registry().Lookup(tool)
		return func(ctx context.Context) error {
			_, err := t.Call(ctx, s.Deps(), json.RawMessage(arguments))
			return err
		}
	}
	if err := direct("ratchet_create_task", noop)(ctx); err != nil {
		return err
	}
	t := newTable("Durable executions by direct registry call (T5: at 64 at least 0.2x the store's ceiling; T6: p50 at 1 at most one fsync + 250 us)",
		"callers", "what", "rate", "p50", "p99", "of ceiling")
	t.row("1", "fdatasync of 4 KiB", perSecond(fsync.perSecond), micros(fsync.p50), micros(fsync.p99), "")
	t.row("128", "insert + finish in the store alone", perSecond(ceiling.perSecond), micros(ceiling.p50), micros(ceiling.p99), "1.00x")
	t.row(append([]string{"1", "ratchet echo"}, rowOf(measure(ctx, d/2, repeat(1, direct(echoTool, echoArgs))), 0)...)...)
	for _, n := range []int{1, 8, 64} {
		r := measure(ctx, d, repeat(n, direct("ratchet_execute_task", `{"task_id":"noop","input":{"n":1}}`)))
		t.row(append([]string{fmt.Sprint(n), "ratchet_execute_task"}, rowOf(r, ceiling.perSecond)...)...)
	}
	t.print()
	return nil
}

func rowOf(r rate, floor float64) []string {
	return []string{perSecond(r.perSecond), micros(r.p50), micros(r.p99), ratio(r.perSecond, floor)}
}

func repeat(n int, call caller) []caller {
	all := make([]caller, n)
	for i := range all {
		all[i] = call
	}
	return all
}

// storeRate is the store's own pace: the two writes of an execution, in groups.
func storeRate(ctx context.Context, d time.Duration, path string, callers int) (rate, error) {
	db, err := storage.Open(ctx, storage.Config{Path: path})
	if err != nil {
		return rate{}, err
	}
	defer db.Close()
	task := ratchet.Task{Name: "noop", Version: "1.0.0", Description: "Does nothing.", Code: "export default (i) => i"}
	if err := db.CreateTask(ctx, &task, "", ""); err != nil {
		return rate{}, err
	}
	return measure(ctx, d, repeat(callers, func(ctx context.Context) error {
		e := ratchet.Execution{
			TaskID: task.ID, TaskName: task.Name, TaskVersion: task.Version, Status: ratchet.StatusRunning,
			Origin: ratchet.OriginDirect, Input: json.RawMessage(`{"n":1}`), StartedAt: time.Now(),
		}
		if err := db.InsertExecution(ctx, &e); err != nil {
			return err
		}
		e.Status, e.Output, e.CompletedAt = ratchet.StatusCompleted, json.RawMessage(`{"n":1}`), time.Now()
		return db.FinishExecution(ctx, &e, storage.Finish{})
	})), nil
}
