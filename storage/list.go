package storage

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"ratchet"
)

// rowOf is a place for one row of a list: for its columns, for its number, which
// is the first of them, and what makes an item of the row once it is read.
type rowOf[T any] func() (dest []any, number *int64, item func() (*T, error))

// pageOf reads a page of the items that exists lets be (nil = all).
func pageOf[T any](ctx context.Context, db *DB, l *list, query ratchet.Query, exists func(*T) bool, row rowOf[T]) (ratchet.Page[T], error) {
	page := ratchet.Page[T]{Items: []T{}}
	p, err := l.plan(query)
	if err != nil {
		return page, err
	}
	if l.task != "" {
		p.within(ctx, l.task)
	}
	err = db.snapshot(ctx, func(q querier) (err error) {
		if exists != nil {
			if err := only(ctx, db, q, l, p, exists, row); err != nil {
				return err
			}
		}
		page.Total, page.NextCursor, err = l.run(ctx, db, q, p, func() ([]any, *int64, func() error) {
			dest, number, item := row()
			return dest, number, func() error {
				x, err := item()
				if err == nil {
					page.Items = append(page.Items, *x)
				}
				return err
			}
		})
		return err
	})
	return page, err
}

// only narrows a plan to the items that exists lets be, which SQL cannot tell.
// It reads the whole list, so it is for short ones.
func only[T any](ctx context.Context, db *DB, q querier, l *list, p *plan, exists func(*T) bool, row rowOf[T]) error {
	ids := []string{}
	err := each(ctx, q, "list "+l.noun+"s", func(r *sql.Rows) error {
		dest, number, item := row()
		err := scanRow(r, dest, 0)
		var x *T
		if err == nil {
			x, err = item()
		}
		if ok, err := db.whole(l.noun, *number, err); !ok {
			return err
		}
		if exists(x) {
			ids = append(ids, strconv.FormatInt(*number, 10))
		}
		return nil
	}, "SELECT "+l.columns+" FROM "+l.from)
	p.where = "(" + p.where + ") AND " + l.id + " IN (" + strings.Join(ids, ",") + ")"
	return err
}
