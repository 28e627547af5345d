package storage

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"
)

// heldTime is how much longer a walk may go on that reads no rows: with a million
// entries it comes to its end on most machines.
const heldTime = 3

// pieces finds rows that are tested one by one: the index of the order is cut
// into pieces, each up to twice as long as the one before, until the page is
// full, the time is used, or no more rows may be read. held = the index has all
// that is tested, so that no rows are read.
func (w *walk) pieces(ctx context.Context, index string, within, tested []cond, held bool) error {
	key, desc := "e.id", w.desc()
	if len(w.keys) > 0 {
		key, desc = w.keys[0].expr, w.keys[0].desc
	}
	var behind []cond // the pieces done
	size := w.searchLimits.piece
	if held {
		size *= heldFactor
		w.pace.time = heldTime * w.find
	}
	if w.likely {
		size = min(size, 2*(w.need+w.skip))
	}
	for {
		if !held {
			size = min(size, w.left)
		}
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
		if !held {
			w.left -= size
		}
		if last || w.need == len(w.found) {
			return nil
		}
		if size = w.pace.next(size); size == 0 || w.left <= 0 {
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
	if w.skip > 0 {
		var n int
		err := one(ctx, w.q, "count executions", []any{&n}, "SELECT count(*) FROM "+from(index)+" WHERE "+where, args...)
		if err != nil || n <= w.skip {
			w.skip -= n
			return err
		}
	}
	err := w.read(ctx, index, where+" ORDER BY "+w.order(w.desc())+" LIMIT ? OFFSET ?", append(slices.Clone(args), w.need-len(w.found), w.skip))
	w.skip = 0
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

// pace cuts work into pieces by the time it may take. The first piece is done
// whatever it takes.
type pace struct {
	begun time.Time
	time  time.Duration
	least int // length of a piece worth beginning
	done  int // entries in the pieces done
}

func (s *search) pace(d time.Duration) *pace {
	return &pace{begun: time.Now(), time: d, least: max(1, s.piece/4)}
}

// next is the length of the piece after one of this size; 0 = the time is used.
func (p *pace) next(size int) int {
	p.done += size
	spent := max(time.Since(p.begun), 1)
	fits := float64(p.done) * float64(p.time-spent) / float64(spent)
	if fits < float64(p.least) {
		return 0
	}
	return int(min(fits, 2*float64(size)))
}
