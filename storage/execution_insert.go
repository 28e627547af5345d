package storage

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"ratchet"
)

// head is what is known of an execution at its start and never filtered on.
type head struct {
	Version   string           `msgpack:"v"`
	Priority  ratchet.Priority `msgpack:"p"`
	Timeout   time.Duration    `msgpack:"to"`
	Attempt   int              `msgpack:"a"`
	RetryOf   string           `msgpack:"r,omitempty"`
	Principal string           `msgpack:"u,omitempty"`
	TraceID   string           `msgpack:"ti,omitempty"`
	Trace     bool             `msgpack:"t,omitempty"`
	HTTP      json.RawMessage  `msgpack:"h,omitempty"`
	Recording string           `msgpack:"rp,omitempty"`
	Forked    string           `msgpack:"f,omitempty"`
	Effects   string           `msgpack:"e,omitempty"`
}

// insertRow is an execution ready to be written.
type insertRow struct {
	e      *ratchet.Execution
	status int64
	head   []byte
	input  payload
	number int64 // given by the writer

	// Of the group being written, for the writer only.
	listed bool
	end    *finishRow // the run is over already; nil = it is not, or its end comes later
}

// InsertExecution stores a new execution that is pending or running, before
// its run begins. It sets ID (a new UUIDv7 when empty), Number, QueuedAt (now
// when zero) and Attempt (1 when zero). The row survives a crash of the
// process at once, and a crash of the machine with the next synced write.
func (db *DB) InsertExecution(ctx context.Context, e *ratchet.Execution) error {
	i, err := db.BeginInsert(ctx, e, nil)
	if err != nil {
		return err
	}
	db.w.commitNow()
	if err := db.w.await(ctx, i.op); err != nil {
		return err
	}
	e.Number = i.op.insert.number
	return nil
}

// Insertion is a new execution on its way into the store.
type Insertion struct {
	db *DB
	op *op
}

// BeginInsert is InsertExecution that does not wait: e is queued before every
// later write, stored within a few milliseconds or when a caller waits for it, is the store's until the Insertion is done, and gets no Number.
// A failure is passed to failed, on the writer's goroutine; nil = it is not reported.
func (db *DB) BeginInsert(ctx context.Context, e *ratchet.Execution, failed func(error)) (*Insertion, error) {
	if e.Status == "" {
		e.Status = ratchet.StatusPending
	}
	if e.Status.Terminal() {
		return nil, ratchet.Errorf(ratchet.CodeInternal, "a new execution cannot be %s", e.Status)
	}
	row, err := db.newInsert(e)
	if err != nil {
		return nil, err
	}
	o := &op{insert: row, failed: failed}
	if err := db.w.enqueue(ctx, o); err != nil {
		return nil, err
	}
	return &Insertion{db, o}, nil
}

// Wait blocks until the row is stored and returns its Number.
func (i *Insertion) Wait() (int64, error) {
	select {
	case <-i.op.done:
	default:
		i.db.w.commitNow()
	}
	err := i.db.w.await(context.Background(), i.op)
	return i.op.insert.number, err
}

func (db *DB) newInsert(e *ratchet.Execution) (*insertRow, error) {
	if e.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, ratchet.AsError(err)
		}
		e.ID = id.String()
	}
	if e.QueuedAt.IsZero() {
		e.QueuedAt = timeOf(db.micros())
	}
	e.Attempt = max(e.Attempt, 1)
	status, err := statusNumber(e.Status)
	if err != nil {
		return nil, err
	}
	h, err := pack(&head{
		e.TaskVersion, e.Priority, e.Timeout, e.Attempt, e.RetryOf, e.Principal,
		e.TraceID, e.Trace, e.HTTPRequests, e.RecordingPath, e.ForkedFrom, e.EffectsOf,
	})
	if err != nil {
		return nil, err
	}
	return &insertRow{e: e, status: status, head: h, input: newPayload(e.Input)}, nil
}

// plain says whether the row fits the bulk statement, which leaves out the
// columns that most executions do not have.
func (r *insertRow) plain() bool {
	e := r.e
	return r.input.hash == nil && e.IdempotencyKey == "" && e.BatchID == "" &&
		e.JobID == "" && e.ScheduleID == "" && e.CorrelationToken == ""
}

// insertOne writes every column that is known at the start.
func (t *tx) insertOne(r *insertRow) error {
	if err := t.keep(r.input); err != nil {
		return err
	}
	e := r.e
	var owner any
	if e.IdempotencyKey != "" {
		owner = []byte(e.Principal) // not NULL: the index compares it
	}
	err := t.exec("store an execution", `INSERT INTO executions
		(id, uuid, task_id, task_name, status, origin, queued_at, started_at, principal, idem_key,
		 batch_id, job_id, schedule_id, correlation, head, input, input_hash)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.number, []byte(e.ID), []byte(e.TaskID), []byte(e.TaskName), r.status, originNumber(e.Origin),
		micro(e.QueuedAt), orNull(micro(e.StartedAt)), owner, text(e.IdempotencyKey),
		text(e.BatchID), text(e.JobID), text(e.ScheduleID), text(e.CorrelationToken),
		r.head, bytesOf(r.input.inline()), bytesOf(r.input.hash))
	return conflictOf(err, "an execution with this id exists")
}

// conflictOf turns a broken UNIQUE constraint into a conflict.
func conflictOf(err error, message string) error {
	if errors.Is(err, errUnique) {
		return ratchet.Errorf(ratchet.CodeConflict, "%s", message)
	}
	return err
}
