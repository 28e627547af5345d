package storage

import (
	"context"
	"database/sql"
	"errors"
)

// CallsOn is how many calls AddCalls has added for a principal on a day, in
// days since 1970 UTC.
func (db *DB) CallsOn(ctx context.Context, principal string, day int64) (int64, error) {
	var n int64
	err := db.read(ctx, func(q querier) error {
		return one(ctx, q, "read the calls of a day", []any{&n},
			"SELECT calls FROM daily_calls WHERE day = ? AND principal = ?", day, []byte(principal))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// AddCalls adds to the calls of principals on a day. Counts of days before the
// last one are forgotten.
func (db *DB) AddCalls(ctx context.Context, day int64, added map[string]int64) error {
	return db.write(ctx, false, func(t *tx) error {
		for principal, n := range added {
			err := t.exec("count the calls of a day", `INSERT INTO daily_calls (day, principal, calls) VALUES (?, ?, ?)
				ON CONFLICT (day, principal) DO UPDATE SET calls = calls + excluded.calls`, day, []byte(principal), n)
			if err != nil {
				return err
			}
		}
		return t.exec("forget the calls of past days", "DELETE FROM daily_calls WHERE day < ?", day-1)
	})
}
