package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"ratchet"
)

// executionColumns are read in this order by executionRow.scan. The large
// columns come last, so that lists can leave them out.
const executionColumns = `e.id, e.uuid, e.task_id, e.task_name, e.status, e.origin, e.queued_at, e.started_at,
	e.completed_at, e.idem_key, e.batch_id, e.job_id, e.schedule_id, e.correlation, e.head, e.tail,
	e.progress_data, e.error, NOT EXISTS (SELECT 1 FROM tasks WHERE uuid = e.task_id)`

const payloadColumns = `, e.input, e.input_hash, e.output, e.output_hash`

// executionRow is a row as read.
type executionRow struct {
	number, status, origin, queued                 int64
	started, completed                             sql.NullInt64
	id, task, name, key, batch, job, schedule, cor []byte
	head, tail, progress, failure                  []byte
	deleted                                        bool
	input, inputHash, output, outputHash           []byte
}

func (r *executionRow) dest(payloads bool) []any {
	d := []any{
		&r.number, &r.id, &r.task, &r.name, &r.status, &r.origin, &r.queued, &r.started,
		&r.completed, &r.key, &r.batch, &r.job, &r.schedule, &r.cor, &r.head, &r.tail,
		&r.progress, &r.failure, &r.deleted,
	}
	if payloads {
		d = append(d, &r.input, &r.inputHash, &r.output, &r.outputHash)
	}
	return d
}

// execution decodes the row; large payloads are read with q.
func (r *executionRow) execution(ctx context.Context, q querier) (*ratchet.Execution, error) {
	if err := sound(r.queued, r.started.Int64, r.completed.Int64); err != nil {
		return nil, err
	}
	if r.status < 0 || r.status >= int64(len(statuses())) || r.origin < 0 || r.origin >= int64(len(origins())) {
		return nil, damaged("the status or origin is not known")
	}
	e := &ratchet.Execution{
		ID: string(r.id), Number: r.number, TaskID: string(r.task), TaskName: string(r.name), TaskDeleted: r.deleted,
		Status: statusName(r.status), Origin: originName(r.origin), QueuedAt: timeOf(r.queued),
		StartedAt: timeOf(r.started.Int64), CompletedAt: timeOf(r.completed.Int64), IdempotencyKey: string(r.key),
		BatchID: string(r.batch), JobID: string(r.job), ScheduleID: string(r.schedule), CorrelationToken: string(r.cor),
	}
	var h head
	if err := unpack(r.head, &h); err != nil {
		return nil, err
	}
	e.TaskVersion, e.Priority, e.Timeout, e.Attempt, e.RetryOf = h.Version, h.Priority, h.Timeout, h.Attempt, h.RetryOf
	e.Principal, e.TraceID, e.Trace, e.HTTPRequests, e.RecordingPath = h.Principal, h.TraceID, h.Trace, h.HTTP, h.Recording
	e.ForkedFrom, e.EffectsOf = h.Forked, h.Effects
	if r.tail != nil {
		var t tail
		if err := unpack(r.tail, &t); err != nil {
			return nil, err
		}
		e.Usage, e.Isolation, e.Recorded, e.Phases = t.Usage, t.Isolation, t.Recorded, t.Phases
	}
	if r.progress != nil {
		e.Progress = new(ratchet.Progress)
		if err := unpack(r.progress, e.Progress); err != nil {
			return nil, err
		}
		e.Progress.At = e.Progress.At.UTC()
	}
	if r.failure != nil {
		if err := json.Unmarshal(r.failure, &e.Error); err != nil {
			return nil, damaged(err.Error())
		}
	}
	for _, part := range [][]byte{r.input, r.output} {
		if len(part) > 0 && !json.Valid(part) {
			return nil, damaged("the input or output is not JSON")
		}
	}
	var err error
	if e.Input, err = load(ctx, q, r.input, r.inputHash); err != nil {
		return nil, err
	}
	e.Output, err = load(ctx, q, r.output, r.outputHash)
	return e, err
}

// executionRef says which column a reference means: the number or the UUID.
func executionRef(ref string) (column string, value any) {
	if n, err := strconv.ParseInt(ref, 10, 64); err == nil {
		return "id", n
	}
	return "uuid", []byte(strings.ToLower(ref))
}

// Execution returns the execution with this UUID or number.
func (db *DB) Execution(ctx context.Context, ref string) (e *ratchet.Execution, err error) {
	column, value := executionRef(ref)
	err = db.read(ctx, func(q querier) error {
		e, err = executionBy(ctx, q, column+" = ?", value)
		if err != nil {
			return err
		}
		if e == nil {
			return notFound("execution", ref, ratchet.ToolListExecutions)
		}
		return seen(ctx, e.TaskName, "execution", ref, ratchet.ToolListExecutions)
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// ExecutionByKey returns the newest execution a principal started with an
// idempotency key; nil when there is none.
func (db *DB) ExecutionByKey(ctx context.Context, principal, key string) (e *ratchet.Execution, err error) {
	err = db.read(ctx, func(q querier) error {
		e, err = executionBy(ctx, q, "idem_key = ? AND principal = ? ORDER BY id DESC LIMIT 1", []byte(key), []byte(principal))
		return err
	})
	return e, err
}

// executionBy reads one execution; nil when there is none.
func executionBy(ctx context.Context, q querier, where string, args ...any) (*ratchet.Execution, error) {
	var r executionRow
	err := one(ctx, q, "read an execution", r.dest(true),
		"SELECT "+executionColumns+payloadColumns+" FROM executions AS e WHERE e."+where, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.execution(ctx, q)
}

// ExecutionIDs returns up to limit UUIDs that begin with prefix, newest first.
func (db *DB) ExecutionIDs(ctx context.Context, prefix string, limit int) ([]string, error) {
	prefix = strings.ToLower(prefix)
	only, args := visible(ctx, "task_name")
	return db.names(ctx, "SELECT uuid FROM executions WHERE "+only+" AND uuid >= ? AND uuid < ? ORDER BY uuid DESC LIMIT ?",
		append(args, []byte(prefix), []byte(prefix+"\xff"), limit)...)
}

// names reads a list of texts.
func (db *DB) names(ctx context.Context, query string, args ...any) ([]string, error) {
	list := []string{}
	err := db.read(ctx, func(q querier) error {
		return each(ctx, q, "read names", func(r *sql.Rows) error {
			var name []byte
			if err := r.Scan(&name); err != nil {
				return err
			}
			list = append(list, string(name))
			return nil
		}, query, args...)
	})
	return list, err
}
