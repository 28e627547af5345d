package storage

import (
	"context"
	"time"

	"ratchet"
)

// purgeStep bounds one transaction of a purge, so that writers wait little.
const purgeStep = 500

// Purge says which terminal executions to delete.
type Purge struct {
	Before time.Time // completed before; required
	TaskID string    // empty = of all tasks
}

// DeleteExecutions deletes terminal executions with their logs, tapes and
// payloads that nothing else refers to, in small transactions. It returns how
// many it deleted, also when it is cut short by ctx.
func (db *DB) DeleteExecutions(ctx context.Context, p Purge) (deleted int, err error) {
	for {
		n := 0
		err := db.write(ctx, false, func(t *tx) (err error) {
			n, err = t.purge(p)
			return err
		})
		deleted += n
		if err != nil || n < purgeStep {
			return deleted, err
		}
	}
}

const doomed = "(SELECT id FROM temp.doomed)"

func (t *tx) purge(p Purge) (int, error) {
	steps := []string{
		"CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY)",
		"DELETE FROM temp.doomed",
	}
	for _, s := range steps {
		if err := t.exec("prepare a purge", s); err != nil {
			return 0, err
		}
	}
	n, err := t.change("choose executions to delete", `INSERT INTO temp.doomed SELECT id FROM executions
		WHERE status >= 2 AND completed_at < ?1 AND (?2 IS NULL OR task_id = ?2) LIMIT ?3`, p.Before.UnixMicro(), text(p.TaskID), purgeStep)
	if err != nil || n == 0 {
		return 0, err
	}
	return int(n), t.deleteDoomed()
}

// DeleteExecution deletes one terminal execution with all it left.
func (db *DB) DeleteExecution(ctx context.Context, id string) error {
	return db.write(ctx, true, func(t *tx) error {
		for _, s := range []string{"CREATE TEMP TABLE IF NOT EXISTS doomed (id INTEGER PRIMARY KEY)", "DELETE FROM temp.doomed"} {
			if err := t.exec("prepare a deletion", s); err != nil {
				return err
			}
		}
		n, err := t.change("choose an execution to delete",
			"INSERT INTO temp.doomed SELECT id FROM executions WHERE uuid = ? AND status >= 2", []byte(id))
		if err == nil && n == 0 {
			err = ratchet.Errorf(ratchet.CodeConflict, "execution %s has not ended, or is not there", id).At("/execution_id")
		}
		if err != nil {
			return err
		}
		return t.deleteDoomed()
	})
}

// deleteDoomed deletes the executions that were chosen. Effects of a retry go
// back to the first attempt while it is there: it may be retried again.
func (t *tx) deleteDoomed() error {
	if err := t.uncount(); err != nil {
		return err
	}
	steps := []string{
		`UPDATE effects SET execution = (SELECT id FROM executions WHERE uuid = root) WHERE execution IN ` + doomed + `
			AND EXISTS (SELECT 1 FROM executions WHERE uuid = root AND id NOT IN ` + doomed + `)`,
		`UPDATE payloads SET refs = refs - d.n FROM (SELECT hash AS h, count(*) AS n FROM (
			SELECT input_hash AS hash FROM executions WHERE id IN ` + doomed + ` AND input_hash IS NOT NULL
			UNION ALL SELECT output_hash FROM executions WHERE id IN ` + doomed + ` AND output_hash IS NOT NULL
			UNION ALL SELECT hash FROM parts WHERE execution IN ` + doomed + ` AND hash IS NOT NULL
			UNION ALL SELECT reply_hash FROM effects WHERE execution IN ` + doomed + ` AND reply_hash IS NOT NULL) GROUP BY hash) AS d
			WHERE payloads.hash = d.h`,
		"DELETE FROM payloads WHERE refs <= 0",
		"DELETE FROM effects WHERE execution IN " + doomed,
		"DELETE FROM parts WHERE execution IN " + doomed,
		"DELETE FROM logs WHERE execution IN " + doomed,
		"DELETE FROM executions WHERE id IN " + doomed,
	}
	for _, s := range steps {
		if err := t.exec("delete executions", s); err != nil {
			return err
		}
	}
	return nil
}

// Vacuum gives up to limit unused pages back to the file system (0 = all).
func (db *DB) Vacuum(ctx context.Context, limit int) error {
	return db.write(ctx, false, func(t *tx) error {
		rows, err := t.conn.QueryContext(context.Background(), "PRAGMA incremental_vacuum("+decimal(limit)+")")
		if err != nil {
			return driverError("vacuum", err)
		}
		defer rows.Close()
		for rows.Next() { // every step frees a page
		}
		return driverError("vacuum", rows.Err())
	})
}
