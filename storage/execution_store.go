package storage

import (
	"context"

	"ratchet"
)

// StoreExecution stores the result of work done elsewhere, whole and synced.
// Unlike a run, it may have any status, and keeps its output for every status.
// It sets ID, Number, QueuedAt and Attempt as InsertExecution does.
func (db *DB) StoreExecution(ctx context.Context, e *ratchet.Execution) error {
	ins, err := db.newInsert(e)
	if err != nil {
		return err
	}
	fin, err := newFinish(e, Finish{})
	if err != nil {
		return err
	}
	err = db.write(ctx, true, func(t *tx) error {
		t.w.number++
		ins.number = t.w.number
		if err := t.insertOne(ins); err != nil {
			return err
		}
		if err := t.keep(fin.output); err != nil {
			return err
		}
		if err := t.made(ctx, e.ID); err != nil {
			return err
		}
		var duration any
		if !e.StartedAt.IsZero() && !e.CompletedAt.IsZero() {
			duration = micro(e.CompletedAt) - micro(e.StartedAt)
		}
		return t.exec("store a result", `UPDATE executions SET completed_at = ?, duration = ?, output = ?, output_hash = ?,
			tail = ?, error = ?, error_message = ?, progress = ?, progress_data = ? WHERE id = ?`,
			orNull(micro(e.CompletedAt)), duration, bytesOf(fin.output.inline()), bytesOf(fin.output.hash), fin.tail,
			bytesOf(fin.failure), bytesOf(fin.message), fin.progress.fractionArg(), bytesOf(fin.progress.data), ins.number)
	})
	if err == nil {
		e.Number = ins.number
	}
	return err
}

func (p progressRow) fractionArg() any {
	if p.data == nil {
		return nil
	}
	return p.fraction
}
