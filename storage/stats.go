package storage

import (
	"context"
	"database/sql"

	"ratchet"
)

// Stats are sizes and counts of the store.
type Stats struct {
	FileBytes  int64 // of the database file, without its write-ahead log
	FreeBytes  int64 // of it unused; given back by Vacuum
	Tasks      int64
	Executions map[ratchet.Status]int64
	Payloads   int64 // large payloads, each counted once
	PerTask    []TaskStats
}

// TaskStats are the sizes of one task's executions.
type TaskStats struct {
	TaskID     string
	TaskName   string // of its newest execution
	Executions int64
	Bytes      int64 // of inputs, outputs, logs and tapes; a shared payload counts for each execution
}

// Size is what of Stats is cheap to know, for metrics and health.
type Size struct {
	FileBytes, FreeBytes int64
	Tasks                int64
	Executions           map[ratchet.Status]int64 // without test runs
	TestExecutions       map[ratchet.Status]int64 // runs of tests
	Connections          int                      // in use
}

// Size reads the sizes and counts that need no look at the executions themselves.
func (db *DB) Size(ctx context.Context) (Size, error) {
	s := Size{Executions: map[ratchet.Status]int64{}, TestExecutions: map[ratchet.Status]int64{}, Connections: db.writes.Stats().InUse}
	if db.reads != nil {
		s.Connections += db.reads.Stats().InUse
	}
	err := db.snapshot(ctx, func(q querier) error {
		var err error
		if s.FileBytes, s.FreeBytes, err = fileSize(ctx, q); err != nil {
			return err
		}
		if err := one(ctx, q, "count tasks", []any{&s.Tasks}, "SELECT count(*) FROM tasks"); err != nil {
			return err
		}
		if err := countByStatus(ctx, q, OnlyTests, s.TestExecutions); err != nil {
			return err
		}
		return countByStatus(ctx, q, WithoutTests, s.Executions)
	})
	return s, err
}

func fileSize(ctx context.Context, q querier) (file, free int64, err error) {
	var page, pages int64
	for pragma, dest := range map[string]*int64{"page_size": &page, "page_count": &pages, "freelist_count": &free} {
		if err := one(ctx, q, "measure the file", []any{dest}, "PRAGMA "+pragma); err != nil {
			return 0, 0, err
		}
	}
	return page * pages, page * free, nil
}

// Stats measures the store. It reads all executions, so it is not for hot paths.
func (db *DB) Stats(ctx context.Context) (Stats, error) {
	s := Stats{Executions: map[ratchet.Status]int64{}}
	err := db.snapshot(ctx, func(q querier) error {
		var err error
		if s.FileBytes, s.FreeBytes, err = fileSize(ctx, q); err != nil {
			return err
		}
		err = one(ctx, q, "count", []any{&s.Tasks, &s.Payloads}, "SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM payloads)")
		if err != nil {
			return err
		}
		if err := countByStatus(ctx, q, WithTests, s.Executions); err != nil {
			return err
		}
		return s.perTask(ctx, q)
	})
	return s, err
}

func (s *Stats) perTask(ctx context.Context, q querier) error {
	return each(ctx, q, "measure tasks", func(r *sql.Rows) error {
		var id, name []byte
		var t TaskStats
		if err := r.Scan(&id, &name, &t.Executions, &t.Bytes); err != nil {
			return err
		}
		t.TaskID, t.TaskName = string(id), string(name)
		s.PerTask = append(s.PerTask, t)
		return nil
	}, `SELECT e.task_id, (SELECT n.task_name FROM executions AS n WHERE n.task_id = e.task_id ORDER BY n.queued_at DESC LIMIT 1),
		count(*), sum(length(e.head) + coalesce(length(e.input), 0) + coalesce(length(e.output), 0) + coalesce(length(e.error), 0)
		+ coalesce((SELECT length(p.data) FROM payloads AS p WHERE p.hash = e.input_hash), 0)
		+ coalesce((SELECT length(p.data) FROM payloads AS p WHERE p.hash = e.output_hash), 0)
		+ coalesce((SELECT sum(length(l.data)) FROM logs AS l WHERE l.execution = e.id), 0)
		+ coalesce((SELECT sum(coalesce(length(x.data), length(p.data))) FROM parts AS x
			LEFT JOIN payloads AS p ON p.hash = x.hash WHERE x.execution = e.id), 0))
		FROM executions AS e GROUP BY e.task_id ORDER BY 4 DESC`)
}
