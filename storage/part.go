package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"ratchet"
)

// kinds of parts.
const (
	partTape  = 1
	partSteps = 2
	partSpans = 3
	partHTTP  = 4
)

// part is something of an execution that is read on its own.
type part struct {
	kind int64
	payload
}

func partsOf(f Finish) []part {
	var parts []part
	for kind, data := range map[int64][]byte{partTape: f.Tape, partSteps: f.Steps, partSpans: f.Spans, partHTTP: f.HTTPCalls} {
		if data != nil {
			parts = append(parts, part{kind, newPayload(data)})
		}
	}
	return parts
}

func (t *tx) appendPart(b *bulk, number int64, p part) error {
	if err := t.keep(p.payload); err != nil {
		return err
	}
	b.begin()
	b.int(number)
	b.int(p.kind)
	b.blob(p.inline())
	b.blob(p.hash)
	b.end()
	return nil
}

func (t *tx) insertParts(b *bulk) error {
	if b.count == 0 {
		return nil
	}
	return t.exec("store tapes", `INSERT INTO parts (execution, kind, data, hash)
		SELECT value->>0, value->>1, substr(?2, value->>2, value->>3), substr(?2, value->>4, value->>5)
		FROM json_each(?1)`, b.args()...)
}

// Tape returns the encoded tape of an execution; nil when none was recorded.
func (db *DB) Tape(ctx context.Context, executionID string) ([]byte, error) {
	return db.part(ctx, executionID, partTape)
}

// Steps returns the recorded steps of an execution; nil when there are none.
func (db *DB) Steps(ctx context.Context, executionID string) (json.RawMessage, error) {
	return db.part(ctx, executionID, partSteps)
}

// Spans returns the recorded spans of an execution; nil when there are none.
func (db *DB) Spans(ctx context.Context, executionID string) (json.RawMessage, error) {
	return db.part(ctx, executionID, partSpans)
}

// HTTPCalls returns the recorded HTTP calls of an execution; nil when there are none.
func (db *DB) HTTPCalls(ctx context.Context, executionID string) (json.RawMessage, error) {
	return db.part(ctx, executionID, partHTTP)
}

func (db *DB) part(ctx context.Context, ref string, kind int64) (data []byte, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		number, err := executionNumber(ctx, q, ref)
		if err != nil {
			return err
		}
		var inline, hash []byte
		err = one(ctx, q, "read a part of an execution", []any{&inline, &hash},
			"SELECT data, hash FROM parts WHERE execution = ? AND kind = ?", number, kind)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			data, err = load(ctx, q, inline, hash)
		}
		return err
	})
	return data, err
}

// progressRow is a progress report as stored.
type progressRow struct {
	fraction float64
	data     []byte // nil = no report
}

func progressOf(p *ratchet.Progress) (progressRow, error) {
	if p == nil {
		return progressRow{}, nil
	}
	data, err := pack(p)
	return progressRow{p.Fraction, data}, err
}

// SetProgress keeps the last report of a running execution; a report that
// arrives after its end is dropped.
func (db *DB) SetProgress(ctx context.Context, id string, p ratchet.Progress) error {
	row, err := progressOf(&p)
	if err != nil {
		return err
	}
	return db.write(ctx, false, func(t *tx) error {
		return t.exec("store progress", "UPDATE executions SET progress = ?, progress_data = ? WHERE uuid = ? AND status < 2",
			row.fraction, row.data, []byte(id))
	})
}

func (t *tx) setProgress(number int64, p progressRow) error {
	return t.exec("store progress", "UPDATE executions SET progress = ?, progress_data = ? WHERE id = ?", p.fraction, p.data, number)
}
