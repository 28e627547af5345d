package storage

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"ratchet"
)

// Finish is what a run leaves behind besides its execution. Nil = nothing.
type Finish struct {
	Logs      []ratchet.LogLine // lines not appended yet; lines stored already are ignored on reading
	Tape      []byte
	Recording Content // in place of Tape, when that is not in memory
	Steps     json.RawMessage
	Spans     json.RawMessage
	// After is the row's insertion when it may still be under way; nil = it
	// is done. Both then often share one commit.
	After *Insertion
}

// tail is what is known of an execution at its end and never filtered on.
type tail struct {
	Usage     *ratchet.Usage  `msgpack:"u,omitempty"`
	Isolation string          `msgpack:"i,omitempty"`
	Recorded  bool            `msgpack:"r,omitempty"`
	Phases    *ratchet.Phases `msgpack:"p,omitempty,as_array"`
}

// finishRow is a finished execution ready to be written.
type finishRow struct {
	e        *ratchet.Execution
	after    *insertRow // nil = inserted earlier
	inserted bool       // the insert of the same group has written it
	number   int64
	status   int64
	output   payload
	failure  []byte
	message  []byte
	tail     []byte
	progress progressRow
	logs     []logChunk
	parts    []part
}

// FinishExecution stores the end of a run: the terminal status of e with its
// output or error, times, usage, logs and tape, in one synced commit. A row
// that is terminal already stays as it is and the answer is a conflict. It
// reads of e: ID, Number (0 = looked up), Status, StartedAt, CompletedAt (now
// when zero), Output, Error, Usage, Phases, Isolation and Progress, and sets Number,
// CompletedAt and Recorded.
func (db *DB) FinishExecution(ctx context.Context, e *ratchet.Execution, f Finish) error {
	if !e.Status.Terminal() {
		return ratchet.Errorf(ratchet.CodeInternal, "an execution cannot end as %s", e.Status)
	}
	if e.CompletedAt.IsZero() {
		e.CompletedAt = timeOf(db.micros())
	}
	e.Recorded = e.Recorded || f.Tape != nil || f.Recording != nil
	row, err := newFinish(e, f)
	if err != nil {
		return err
	}
	if err := db.w.do(ctx, &op{durable: true, finish: row}); err != nil {
		return err
	}
	e.Number = row.number
	return nil
}

func newFinish(e *ratchet.Execution, f Finish) (*finishRow, error) {
	r := &finishRow{e: e, number: e.Number, output: newPayload(e.Output)}
	if f.After != nil {
		r.after = f.After.op.insert
	}
	var err error
	if r.status, err = statusNumber(e.Status); err != nil {
		return nil, err
	}
	if r.failure, r.message, err = failureOf(e); err != nil {
		return nil, err
	}
	if r.tail, err = pack(&tail{e.Usage, e.Isolation, e.Recorded, e.Phases}); err != nil {
		return nil, err
	}
	if r.progress, err = progressOf(e.Progress); err != nil {
		return nil, err
	}
	if r.logs, err = chunkLogs(f.Logs); err != nil {
		return nil, err
	}
	r.parts, err = partsOf(f)
	return r, err
}

// failureOf is the error of e as JSON, and its message for filters.
func failureOf(e *ratchet.Execution) (body, message []byte, err error) {
	if e.Error == nil {
		return nil, nil, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e.Error); err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeInternal, "the error of an execution cannot be stored").Wrap(err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), []byte(e.Error.Message), nil
}

const finishBulk = `UPDATE executions SET
	status = value->>1, started_at = coalesce(value->>2, started_at), completed_at = value->>3,
	duration = value->>3 - coalesce(value->>2, started_at),
	output = substr(?2, value->>4, value->>5), output_hash = substr(?2, value->>6, value->>7),
	tail = substr(?2, value->>8, value->>9), error = substr(?2, value->>10, value->>11),
	error_message = substr(?2, value->>12, value->>13)
	FROM json_each(?1) AS j
	WHERE executions.id = value->>0 AND executions.status < 2
		AND executions.uuid = substr(?2, value->>14, value->>15)`

// finishAll writes the finishes among ops: one statement updates the rows that
// were inserted before.
func (t *tx) finishAll(ops []*op) error {
	var b bulk
	var rows, updates []*finishRow
	for _, o := range ops {
		r := o.finish
		if r == nil {
			continue
		}
		if r.after != nil {
			r.number = r.after.number
		}
		if r.number == 0 {
			if err := t.numberOf(r.e.ID, &r.number); err != nil {
				return err
			}
		}
		if err := t.keep(r.output); err != nil {
			return err
		}
		rows = append(rows, r)
		if !r.inserted {
			updates = append(updates, r)
			r.append(&b)
		}
	}
	if len(updates) > 0 {
		n, err := t.change("finish executions", finishBulk, b.args()...)
		switch {
		case err != nil:
			return err
		case n == int64(len(updates)):
		case len(ops) == 1:
			return t.refused(updates[0].e)
		default:
			return errBulk
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return t.finishRest(rows)
}

func (r *finishRow) append(b *bulk) {
	b.begin()
	b.int(r.number)
	b.int(r.status)
	b.optional(micro(r.e.StartedAt))
	r.appendEnd(b)
	b.blob([]byte(r.e.ID))
	b.end()
}

func (r *finishRow) appendEnd(b *bulk) {
	b.int(micro(r.e.CompletedAt))
	b.blob(r.output.inline())
	b.blob(r.output.hash)
	b.blob(r.tail)
	b.blob(r.failure)
	b.blob(r.message)
}

// finishRest writes what belongs to the rows in other tables.
func (t *tx) finishRest(rows []*finishRow) error {
	var logs, parts bulk
	for _, r := range rows {
		for _, c := range r.logs {
			t.appendLog(&logs, r.number, c)
		}
		for _, p := range r.parts {
			if err := t.appendPart(&parts, r.number, p); err != nil {
				return err
			}
		}
		if r.progress.data != nil {
			if err := t.setProgress(r.number, r.progress); err != nil {
				return err
			}
		}
	}
	if err := t.insertLogs(&logs); err != nil {
		return err
	}
	return t.insertParts(&parts)
}

// numberOf looks up the numeric id of an execution.
func (t *tx) numberOf(id string, number *int64) error {
	err := t.row("find an execution", []any{number}, "SELECT id FROM executions WHERE uuid = ?", []byte(id))
	if errors.Is(err, sql.ErrNoRows) {
		return notFound("execution", id, ratchet.ToolListExecutions)
	}
	return err
}

// refused says why an execution could not be changed.
func (t *tx) refused(e *ratchet.Execution) error {
	var status int64
	err := t.row("find an execution", []any{&status}, "SELECT status FROM executions WHERE uuid = ?", []byte(e.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return notFound("execution", e.ID, ratchet.ToolListExecutions)
	}
	if err != nil {
		return err
	}
	return ratchet.Errorf(ratchet.CodeConflict, "execution %s is %s already and does not change", e.ID, statusName(status)).
		Next(ratchet.ToolGetExecutionStatus, map[string]any{"execution_id": e.ID})
}

// MarkRunning records that a worker has the execution since at. Only a pending
// execution is changed; for any other the answer is a conflict.
func (db *DB) MarkRunning(ctx context.Context, id string, at time.Time) error {
	return db.write(ctx, false, func(t *tx) error {
		n, err := t.change("mark an execution running",
			"UPDATE executions SET status = 1, started_at = ? WHERE uuid = ? AND status = 0", micro(at), []byte(id))
		if err != nil || n == 1 {
			return err
		}
		return t.refused(&ratchet.Execution{ID: id})
	})
}
