package storage

import (
	"context"
	"slices"

	"ratchet"
)

// total counts what a list matches. It is exact when counters know it or few
// rows have to be looked at; else it is a lower bound.
func (s *search) total(ctx context.Context) (n int64, exact bool, err error) {
	tests, counted := testsIn(s.conds)
	if tasks, statuses, ok := s.counted(); ok && counted {
		from, args := StatsQuery{conds: tasks, Tests: tests}.totals(ctx)
		where, more := joined(statuses)
		err := one(ctx, s.q, "count executions", []any{&n}, "SELECT coalesce(sum(n), 0) FROM "+from+" AS e WHERE "+where, append(args, more...)...)
		return n, true, err
	}
	if n, ok, err := s.without(ctx, tests, counted); ok || err != nil {
		return n, true, err
	}
	if s.matches > s.totals {
		return int64(s.totals), false, nil
	}
	where, args := joined(s.conds)
	few, err := s.fewest(ctx, s.drivers)
	if err != nil {
		return 0, false, err
	}
	if few != nil {
		err := one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM "+from(few.index)+" WHERE "+few.sql+" AND "+where,
			append(slices.Clone(few.args), args...)...)
		return n, true, err
	}
	way, held := s.way()
	if !held || !s.narrow(way) {
		return s.sample(ctx, way, held)
	}
	err = one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM "+from(way.index)+
		" WHERE "+way.sql+" AND "+where+" LIMIT ?)", slices.Concat(way.args, args, []any{s.totals + 1})...)
	return min(n, int64(s.totals)), n <= int64(s.totals), err
}

// way is the driver to count by; held = its index has all that is tested.
func (s *search) way() (d *driver, held bool) {
	all := &driver{index: byQueued, sql: "1"}
	for _, d := range append(slices.Clone(s.drivers), all) {
		if covers(d.index, s.conds, nil) {
			return d, true
		}
	}
	if len(s.drivers) == 0 {
		return all, false
	}
	return s.drivers[len(s.drivers)-1], false
}

// narrow says whether a driver leads to nothing but rows of the list.
func (s *search) narrow(d *driver) bool {
	for _, c := range s.conds {
		if !c.narrows(d.index, d) && !c.allOf(d.index) {
			return false
		}
	}
	return true
}

// counted splits the conditions into those on tasks and on statuses; ok is
// false when there are others than these and those on the origin.
func (s *search) counted() (tasks, statuses []cond, ok bool) {
	for _, c := range s.conds {
		switch c.column {
		case colTask, colTaskName:
			tasks = append(tasks, c)
		case colStatus:
			statuses = append(statuses, c)
		case colOrigin: // see testsIn
		default:
			return nil, nil, false
		}
	}
	return tasks, statuses, true
}

// without counts the executions that a partial index leaves out, when that is
// the only condition but for those on the origin: all but those in the index, if
// these are not too many.
func (s *search) without(ctx context.Context, tests Tests, counted bool) (n int64, ok bool, err error) {
	conds := slices.DeleteFunc(slices.Clone(s.conds), func(c cond) bool { return c.column == colOrigin })
	if !counted || len(conds) != 1 || !isFalse(conds[0]) {
		return 0, false, nil
	}
	have := conds[0]
	have.values = []any{true}
	have.operator = ratchet.OpEQ
	d := have.driver()
	if d == nil || !have.allOf(d.index) {
		return 0, false, nil
	}
	err = one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM "+from(d.index)+" WHERE "+d.sql+" AND "+tests.inRow("e")+" LIMIT ?)", s.texts+1)
	if err != nil || n > int64(s.texts) {
		return 0, false, err
	}
	var all int64
	from, args := StatsQuery{Tests: tests}.totals(ctx)
	err = one(ctx, s.q, "count executions", []any{&all}, "SELECT coalesce(sum(n), 0) FROM "+from, args...)
	return all - n, true, err
}

// heldFactor is how many entries of an index are looked at in the time of one row.
const heldFactor = 10

// sample counts among the first rows that a driver leads to, as many as the time
// lets it read. held = its index has all that is tested.
func (s *search) sample(ctx context.Context, d *driver, held bool) (n int64, exact bool, err error) {
	most, pace := s.count, s.pace(s.tally)
	if held {
		most *= heldFactor
	}
	where, args := joined(d.left(s.conds))
	for read, size := 0, min(s.piece, most); ; {
		var got, fit int
		err = one(ctx, s.q, "count executions", []any{&got, &fit}, "SELECT count(*), coalesce(sum(fits), 0) FROM (SELECT "+where+" AS fits FROM "+
			from(d.index)+" WHERE "+d.sql+" LIMIT ? OFFSET ?)", slices.Concat(args, d.args, []any{size, read})...)
		if err != nil {
			return 0, false, err
		}
		last := got < size
		n, read = n+int64(fit), read+got
		if size = min(pace.next(size), most-read); last || size <= 0 || n > int64(s.totals) {
			return min(n, int64(s.totals)), last && n <= int64(s.totals), nil
		}
	}
}
