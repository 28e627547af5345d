package storage

import (
	"context"
	"slices"
)

// total counts what a list matches. It is exact when counters know it or few
// rows have to be looked at; else it is a lower bound.
func (s *search) total(ctx context.Context) (n int64, exact bool, err error) {
	if tasks, statuses, ok := s.counted(); ok {
		from, args := StatsQuery{conds: tasks}.totals(ctx)
		where, more := joined(statuses)
		err := one(ctx, s.q, "count executions", []any{&n}, "SELECT coalesce(sum(n), 0) FROM "+from+" AS e WHERE "+where, append(args, more...)...)
		return n, true, err
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
	for _, d := range append(s.drivers, &driver{index: byQueued, sql: "1"}) {
		if covers(d.index, s.conds, nil) {
			err := one(ctx, s.q, "count executions", []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM "+from(d.index)+
				" WHERE "+d.sql+" AND "+where+" LIMIT ?)", slices.Concat(d.args, args, []any{s.totals + 1})...)
			return min(n, int64(s.totals)), n <= int64(s.totals), err
		}
	}
	return s.sample(ctx, where, args)
}

// counted splits the conditions into those on tasks and on statuses; ok is
// false when there are others.
func (s *search) counted() (tasks, statuses []cond, ok bool) {
	for _, c := range s.conds {
		switch c.column {
		case colTask, colTaskName:
			tasks = append(tasks, c)
		case colStatus:
			statuses = append(statuses, c)
		default:
			return nil, nil, false
		}
	}
	return tasks, statuses, true
}

// sample counts among the first rows of an index.
func (s *search) sample(ctx context.Context, where string, args []any) (n int64, exact bool, err error) {
	d := &driver{index: byQueued, sql: "1"}
	for _, other := range s.drivers {
		if !other.text {
			d = other
		}
	}
	var read int
	err = one(ctx, s.q, "count executions", []any{&read, &n}, "SELECT count(*), coalesce(sum("+where+"), 0) FROM (SELECT e.id FROM "+
		from(d.index)+" WHERE "+d.sql+" LIMIT ?) AS i CROSS JOIN executions AS e ON e.id = i.id", slices.Concat(args, d.args, []any{s.count})...)
	return min(n, int64(s.totals)), read < s.count && n <= int64(s.totals), err
}
