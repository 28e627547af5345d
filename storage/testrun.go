package storage

import (
	"context"
	"database/sql"
	"encoding/json"

	"ratchet"
)

// SaveTestRun stores a test run, new or changed, by its ID (a new UUIDv7 when
// empty). StartedAt is now when zero.
func (db *DB) SaveTestRun(ctx context.Context, r *ratchet.TestRun) error {
	if r.ID == "" {
		r.ID = newID()
	}
	if r.StartedAt.IsZero() {
		r.StartedAt = timeOf(db.micros())
	}
	if r.Status == "" {
		r.Status = ratchet.StatusRunning
	}
	status, err := statusNumber(r.Status)
	if err != nil {
		return err
	}
	args := []any{
		[]byte(r.ID), []byte(r.TaskID), []byte(r.TaskName), status, micro(r.StartedAt),
		orNull(micro(r.FinishedAt)), bytesOf(r.Results),
	}
	return db.write(ctx, r.Status.Terminal(), func(t *tx) error {
		return t.exec("store a test run", `INSERT INTO test_runs (uuid, task_id, task_name, status, started_at, finished_at, results)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO UPDATE SET
			status = excluded.status, finished_at = excluded.finished_at, results = excluded.results`, args...)
	})
}

// TestRun returns a test run by its UUID.
func (db *DB) TestRun(ctx context.Context, id string) (*ratchet.TestRun, error) {
	list, err := db.testRuns(ctx, "uuid = ? LIMIT ?", id, 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound("test run", id, ratchet.ToolListAvailableTasks).
			WithHint("start a new one with "+ratchet.ToolRunTaskTests).Next(ratchet.ToolRunTaskTests, nil)
	}
	if err := seen(ctx, list[0].TaskName, "test run", id, ratchet.ToolListAvailableTasks); err != nil {
		return nil, err
	}
	return &list[0], nil
}

// ListTestRuns returns up to limit test runs of a task, newest first.
func (db *DB) ListTestRuns(ctx context.Context, taskID string, limit int) ([]ratchet.TestRun, error) {
	return db.testRuns(ctx, "task_id = ? ORDER BY started_at DESC, id DESC LIMIT ?", taskID, limit)
}

func (db *DB) testRuns(ctx context.Context, where, arg string, limit int) ([]ratchet.TestRun, error) {
	list := []ratchet.TestRun{}
	err := db.read(ctx, func(q querier) error {
		return each(ctx, q, "read test runs", func(rows *sql.Rows) error {
			var id, task, name, results []byte
			var status, started int64
			var finished sql.NullInt64
			err := scanRow(rows, []any{&id, &task, &name, &status, &started, &finished, &results}, 0)
			if err == nil {
				err = sound(started, finished.Int64)
			}
			if err == nil && (status < 0 || status >= int64(len(statuses())) || results != nil && !json.Valid(results)) {
				err = damaged("the status is not known or the results are not JSON")
			}
			if ok, err := db.whole("test run", string(id), err); !ok {
				return err
			}
			list = append(list, ratchet.TestRun{
				ID: string(id), TaskID: string(task), TaskName: string(name), Status: statusName(status),
				Results: results, StartedAt: timeOf(started), FinishedAt: timeOf(finished.Int64),
			})
			return nil
		}, "SELECT uuid, task_id, task_name, status, started_at, finished_at, results FROM test_runs WHERE "+where, []byte(arg), limit)
	})
	return list, err
}
