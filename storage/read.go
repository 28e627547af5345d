package storage

import (
	"context"
	"database/sql"
	"errors"
)

// querier is a reading connection or transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// read hands fn something to read with. In memory it is the writer's only
// connection, lent between two transactions.
func (db *DB) read(ctx context.Context, fn func(q querier) error) error {
	if err := ctx.Err(); err != nil { // the driver would not look
		return context.Cause(ctx)
	}
	if db.path != "" {
		return fn(db.reads)
	}
	db.memory.Lock()
	defer db.memory.Unlock()
	return fn(db.w.full)
}

// snapshot is read with one view of the data for all of fn's statements.
func (db *DB) snapshot(ctx context.Context, fn func(q querier) error) error {
	if db.path == "" {
		return db.read(ctx, fn)
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	view, err := db.reads.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return driverError("begin to read", err)
	}
	defer view.Rollback() //nolint:errcheck // nothing was written
	return fn(view)
}

// one reads one row; sql.ErrNoRows when there is none.
func one(ctx context.Context, q querier, doing string, dest []any, query string, args ...any) error {
	if err := checkArgs(query, args); err != nil {
		return err
	}
	return driverError(doing, q.QueryRowContext(context.WithoutCancel(ctx), query, args...).Scan(dest...))
}

// found reads one row and returns the item made of it; nil when there is none.
func found[T any](ctx context.Context, q querier, doing string, dest []any, item func() (*T, error), query string, args ...any) (*T, error) {
	err := one(ctx, q, doing, dest, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return item()
}

// each calls scan for every row.
func each(ctx context.Context, q querier, doing string, scan func(r *sql.Rows) error, query string, args ...any) error {
	if err := checkArgs(query, args); err != nil {
		return err
	}
	rows, err := q.QueryContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return driverError(doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return driverError(doing, err)
		}
	}
	return driverError(doing, rows.Err())
}
