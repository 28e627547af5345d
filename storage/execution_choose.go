package storage

import (
	"context"
	"database/sql"
	"slices"

	"ratchet"
)

// maxNames bounds the tasks that a condition on names is looked up for.
const maxNames = 100

// prepare collects the conditions and the ways they offer.
func (s *search) prepare(ctx context.Context) error {
	s.sizes = map[string]int{}
	s.conds = slices.Clone(s.p.conds)
	if only, args := visible(ctx, "e.task_name"); only != "1" {
		s.conds = append(s.conds, cond{field: field{column: colTaskName, expr: "e.task_name"}, sql: only, args: args})
	}
	var named []cond
	for i, c := range s.conds {
		if d := c.driver(); d != nil && d.text {
			var err error
			if c, err = s.lookThrough(ctx, c, d); err != nil {
				return err
			}
			if s.conds[i] = c; c.column != colID {
				continue
			}
		}
		if c.column == colTaskName {
			named = append(named, c)
		}
		if d := c.driver(); d != nil {
			s.drivers = append(s.drivers, d)
		}
	}
	if len(named) == 0 {
		return nil
	}
	d, err := s.named(ctx, named)
	if d != nil {
		s.drivers = append(s.drivers, d)
	}
	return err
}

// named looks up which tasks ran under names that fit.
func (s *search) named(ctx context.Context, conds []cond) (*driver, error) {
	where, args := joined(conds)
	var ids []any
	err := each(ctx, s.q, "find tasks", func(r *sql.Rows) error {
		var id []byte
		err := r.Scan(&id)
		ids = append(ids, slices.Clone(id))
		return err
	}, `SELECT task_id FROM task_names AS e WHERE `+where+` UNION
		SELECT e.task_id FROM `+notCounted+` AS i CROSS JOIN executions AS e ON e.id = i.id WHERE `+where+` LIMIT ?`,
		slices.Concat(args, args, []any{maxNames + 1})...)
	switch {
	case err != nil || len(ids) > maxNames:
		return nil, err
	case len(ids) == 0:
		ids = []any{[]byte{}} // fits none
	}
	return &driver{index: byTask, sql: "e.task_id IN (" + marks(len(ids)) + ")", args: ids, ordered: len(ids) == 1}, nil
}

// lookThrough searches the texts of an index. When few fit, the condition
// becomes one on their numbers.
func (s *search) lookThrough(ctx context.Context, c cond, d *driver) (cond, error) {
	var n int
	err := one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM "+from(d.index)+" WHERE "+d.present+" LIMIT ?)", s.texts+1)
	if err != nil || n > s.texts {
		return c, err
	}
	var numbers []byte
	err = one(ctx, s.q, "find texts", []any{&n, &numbers}, "SELECT count(*), CAST(json_group_array(id) AS BLOB) FROM (SELECT e.id AS id FROM "+
		from(d.index)+" WHERE "+d.sql+" LIMIT ?)", append(slices.Clone(d.args), s.totals+1)...)
	if err != nil || n > s.sort {
		if len(s.conds) == 1 {
			s.matches = n
		}
		return c, err
	}
	list := []any{string(numbers)}
	return cond{field: field{column: colID, kind: kindID}, operator: ratchet.OpIn, values: list, sql: "e.id IN (SELECT value FROM json_each(?))", args: list}, nil
}

// fits counts the rows a driver leads to, up to one more than may be sorted.
func (s *search) fits(ctx context.Context, d *driver) (int, error) {
	key := fingerprint(d.index, d.sql, d.args)
	if n, ok := s.sizes[key]; ok {
		return n, nil
	}
	n := 0
	err := one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM "+from(d.index)+
		" WHERE "+d.sql+" LIMIT ?)", append(slices.Clone(d.args), s.sort+1)...)
	s.sizes[key] = n
	return n, err
}

// fewest is the driver to the fewest rows, if these may be sorted.
func (s *search) fewest(ctx context.Context, drivers []*driver) (best *driver, err error) {
	least := s.sort + 1
	for _, d := range drivers {
		if d.index == "" {
			return d, nil
		}
		n, err := s.fits(ctx, d)
		if err != nil {
			return nil, err
		}
		if n < least {
			best, least = d, n
		}
	}
	return best, nil
}

// choose says how a segment is read: by a driver to few rows, which are
// sorted; by one whose index has the order; or by the index of the order alone.
func (w *walk) choose(ctx context.Context) (index string, by *driver, few bool, err error) {
	drivers := slices.Clone(w.drivers)
	for _, c := range w.segment.conds {
		if d := c.driver(); d != nil {
			drivers = append(drivers, d)
		}
	}
	best, err := w.fewest(ctx, drivers)
	if err != nil {
		return "", nil, false, err
	}
	if best != nil {
		return best.index, best, true, nil
	}
	index = w.index()
	if index != byQueued {
		return index, nil, false, nil
	}
	for _, d := range drivers {
		if d.ordered {
			return d.index, d, false, nil
		}
	}
	return index, nil, false, w.hint(ctx)
}

// hint bounds the walk by queued_at for a filter on when executions started or
// ended, which otherwise might begin far from where its rows are.
func (w *walk) hint(ctx context.Context) error {
	desc := w.keys[0].desc
	for _, c := range w.search.conds {
		d := c.driver()
		if d == nil || (c.column != colStarted && c.column != colCompleted) {
			continue
		}
		upper := c.operator == ratchet.OpLT || c.operator == ratchet.OpLTE || c.operator == ratchet.OpEQ
		lower := c.operator == ratchet.OpGT || c.operator == ratchet.OpGTE || c.operator == ratchet.OpEQ
		if desc && !upper || !desc && !lower {
			continue // its rows are at the near end
		}
		at, ok, err := w.early(ctx, c, d, desc)
		if err != nil {
			return err
		}
		if ok {
			w.hints = append(w.hints, cond{field: field{column: colQueued}, sql: "e.queued_at" + sign(desc)[:2] + "= ?", args: []any{at}})
		}
	}
	return nil
}

// early is a bound of queued_at for the rows of a filter. An execution that
// started early was queued early, unless a clock was stepped.
func (w *walk) early(ctx context.Context, c cond, d *driver, desc bool) (at int64, ok bool, err error) {
	end := "min"
	if desc {
		end = "max"
		var odd bool
		err := one(ctx, w.q, "find executions", []any{&odd}, "SELECT EXISTS (SELECT 1 FROM "+from("executions_odd")+
			" WHERE e.started_at < e.queued_at OR e.completed_at < e.queued_at)")
		if bound, isNumber := c.values[0].(int64); err != nil || !odd && isNumber {
			return bound, true, err
		}
	}
	var found sql.NullInt64
	err = one(ctx, w.q, "find executions", []any{&found}, "SELECT "+end+"(e.queued_at) FROM "+from(d.index)+" WHERE "+d.sql, d.args...)
	return found.Int64, found.Valid, err
}
