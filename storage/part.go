package storage

import (
	"context"
	"database/sql"
	"encoding/json"

	"ratchet"
)

// kinds of parts.
const (
	partTape  = 1
	partSteps = 2
	partSpans = 3
	// The tape goes on in the parts from here, in the order of their kinds. Kind
	// 4 is not used any more.
	partTapeRest = 256
)

// part is something of an execution that is read on its own.
type part struct {
	kind int64
	payload
}

func partsOf(f Finish) (parts []part, err error) {
	for kind, data := range map[int64][]byte{partTape: f.Tape, partSteps: f.Steps, partSpans: f.Spans} {
		if data != nil {
			parts = append(parts, part{kind, newPayload(data)})
		}
	}
	if f.Recording == nil {
		return parts, nil
	}
	pieces, err := piecesOf(f.Recording)
	for i, p := range pieces {
		kind := int64(partTape)
		if i > 0 {
			kind = partTapeRest + int64(i)
		}
		parts = append(parts, part{kind, p})
	}
	return parts, err
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

func (db *DB) part(ctx context.Context, ref string, kind int64) (data []byte, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		number, err := executionNumber(ctx, q, ref)
		if err != nil {
			return err
		}
		type stored struct{ inline, hash []byte }
		var found []stored
		err = each(ctx, q, "read a part of an execution", func(r *sql.Rows) error {
			var s stored
			err := r.Scan(&s.inline, &s.hash)
			found = append(found, s)
			return err
		}, "SELECT data, hash FROM parts WHERE execution = ? AND (kind = ? OR kind >= ? AND ? = 1) ORDER BY kind",
			number, kind, partTapeRest, kind)
		if err != nil || len(found) == 0 {
			return err
		}
		if data, err = load(ctx, q, found[0].inline, found[0].hash); err != nil {
			return err
		}
		for _, s := range found[1:] { // after the list, since payloads need the connection
			more, err := load(ctx, q, s.inline, s.hash)
			if err != nil {
				return err
			}
			data = append(data, more...)
		}
		return nil
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
