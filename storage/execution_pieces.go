package storage

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
)

// pieces finds rows that have to be read to be tested: the index of the order
// is cut into pieces, each twice as long as the one before, until the page is
// full or no more rows may be read.
func (w *walk) pieces(ctx context.Context, index string, within, tested []cond) error {
	key, desc := "e.id", w.desc()
	if len(w.keys) > 0 {
		key, desc = w.keys[0].expr, w.keys[0].desc
	}
	var behind []cond // the pieces done
	for size := w.searchLimits.piece; ; size *= 2 {
		size = min(size, w.left)
		bounds := slices.Concat(within, behind)
		end, last, err := w.end(ctx, index, key, bounds, size)
		if err != nil {
			return err
		}
		if !last {
			bounds = append(bounds, cond{sql: key + sign(!desc)[:2] + "= ?", args: []any{end}})
		}
		if err := w.piece(ctx, index, slices.Concat(bounds, tested)); err != nil {
			return err
		}
		if w.left -= size; last || w.need == len(w.found) {
			return nil
		}
		if w.left <= 0 {
			w.stopped = w.behind(end, desc)
			return nil
		}
		behind = []cond{{sql: key + sign(desc) + "?", args: []any{end}}}
	}
}

// end is the sort value of the last of size entries of an index.
func (w *walk) end(ctx context.Context, index, key string, bounds []cond, size int) (end any, last bool, err error) {
	where, args := joined(bounds)
	err = one(ctx, w.q, "list executions", []any{&end}, "SELECT "+key+" FROM "+from(index)+" WHERE "+where+
		" ORDER BY "+w.order(w.desc())+" LIMIT 1 OFFSET ?", append(args, size-1)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, true, nil
	}
	return end, false, err
}

// piece reads the rows of a piece, leaving out those that are to be skipped.
func (w *walk) piece(ctx context.Context, index string, conds []cond) error {
	where, args := joined(conds)
	found := len(w.found)
	err := w.read(ctx, index, where+" ORDER BY "+w.order(w.desc())+" LIMIT ? OFFSET ?", append(slices.Clone(args), w.need-found, w.skip))
	if err != nil || w.skip == 0 {
		return err
	}
	if len(w.found) > found {
		w.skip = 0
		return nil
	}
	var n int
	err = one(ctx, w.q, "count executions", []any{&n}, "SELECT count(*) FROM "+from(index)+" WHERE "+where, args...)
	w.skip -= n
	return err
}

// behind is the position after all rows with a sort value.
func (w *walk) behind(end any, desc bool) *cursor {
	c := &cursor{values: make([]any, w.from+len(w.keys))}
	copy(c.values, w.fixed)
	if len(w.keys) == 0 {
		c.id, _ = end.(int64)
		return c
	}
	c.values[w.from] = end
	if c.id = math.MaxInt64; w.desc() {
		c.id = math.MinInt64
	}
	return c
}
