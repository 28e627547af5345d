package storage

import (
	"context"
	"database/sql"
	"time"

	"ratchet"
)

// StatsQuery says which executions to count and how to group them.
type StatsQuery struct {
	Filters []ratchet.Filter
	GroupBy string // status, task, hour or day; empty = no groups
}

// ExecutionStats are counts and durations of executions.
type ExecutionStats struct {
	Key      string // of the group: a status, a task's UUID or a time; empty = all
	Name     string // of the task; else empty
	Counts   map[ratchet.Status]int64
	Mean     time.Duration // of those that ended after they started
	P50      time.Duration
	P95, P99 time.Duration
}

// maxGroups bounds the groups of one answer; those with the greatest keys stay.
const maxGroups = 1000

// groupings are the expressions of StatsQuery.GroupBy.
func groupings() map[string]string {
	return map[string]string{
		"": "x''", "status": "e.status", "task": "e.task_id",
		"hour": "e.queued_at / 3600000000 * 3600000000", "day": "e.queued_at / 86400000000 * 86400000000",
	}
}

// ExecutionStats counts executions: all that fit, and those of each group.
func (db *DB) ExecutionStats(ctx context.Context, query StatsQuery) (all ExecutionStats, groups []ExecutionStats, err error) {
	all.Counts = map[ratchet.Status]int64{}
	p, err := executionList().plan(ratchet.Query{Filters: query.Filters})
	if err != nil {
		return all, nil, err
	}
	expr, ok := groupings()[query.GroupBy]
	if !ok {
		return all, nil, ratchet.Errorf(ratchet.CodeInvalid, "executions cannot be grouped by %q", query.GroupBy).At("/group_by").
			With(ratchet.FieldAllowed, []string{"status", "task", "hour", "day"})
	}
	p.within(ctx, "e.task_name")
	err = db.snapshot(ctx, func(q querier) error {
		list, err := p.measure(ctx, q, groupings()[""])
		if err != nil {
			return err
		}
		if len(list) > 0 {
			all = list[0]
			all.Key, all.Name = "", ""
		}
		if query.GroupBy == "" {
			return nil
		}
		groups, err = p.measure(ctx, q, expr)
		return err
	})
	for i := range groups {
		groups[i].name(query.GroupBy)
	}
	return all, groups, err
}

// name makes the key of a group what a caller can read.
func (s *ExecutionStats) name(groupBy string) {
	switch groupBy {
	case "status":
		n, _ := integer(s.Key)
		s.Key = string(statusName(n))
	case "hour", "day":
		n, _ := integer(s.Key)
		s.Key = timeOf(n).UTC().Format(time.RFC3339)
	}
	if groupBy != "task" {
		s.Name = ""
	}
}

// measure counts and times the executions of a plan by an expression.
func (p *plan) measure(ctx context.Context, q querier, expr string) ([]ExecutionStats, error) {
	var list []ExecutionStats
	at := map[string]int{}
	err := each(ctx, q, "count executions", func(r *sql.Rows) error {
		var key, name []byte
		var status, n int64
		if err := r.Scan(&key, &status, &n, &name); err != nil {
			return err
		}
		i, seen := at[string(key)]
		if !seen {
			if len(list) == maxGroups {
				return nil
			}
			i = len(list)
			at[string(key)] = i
			list = append(list, ExecutionStats{Key: string(key), Name: string(name), Counts: map[ratchet.Status]int64{}})
		}
		list[i].Counts[statusName(status)] += n
		return nil
	}, "SELECT CAST("+expr+" AS BLOB), e.status, count(*), max(e.task_name) FROM executions AS e WHERE "+p.where+
		" GROUP BY "+expr+", e.status ORDER BY "+expr+" DESC, e.status", p.args...)
	if err != nil {
		return nil, err
	}
	// The value at each percentile is the one at its rank (nearest rank).
	return list, each(ctx, q, "time executions", func(r *sql.Rows) error {
		var key []byte
		var mean float64
		var p50, p95, p99 int64
		if err := r.Scan(&key, &mean, &p50, &p95, &p99); err != nil {
			return err
		}
		if i, ok := at[string(key)]; ok {
			s := &list[i]
			s.Mean = time.Duration(mean) * time.Microsecond
			s.P50, s.P95, s.P99 = micros(p50), micros(p95), micros(p99)
		}
		return nil
	}, `SELECT CAST(g AS BLOB), avg(d), max(CASE WHEN rank = (n * 50 + 99) / 100 THEN d END), max(CASE WHEN rank = (n * 95 + 99) / 100 THEN d END),
		max(CASE WHEN rank = (n * 99 + 99) / 100 THEN d END) FROM (SELECT `+expr+` AS g, e.duration AS d,
		row_number() OVER (PARTITION BY `+expr+` ORDER BY e.duration) AS rank, count(*) OVER (PARTITION BY `+expr+`) AS n
		FROM executions AS e WHERE e.duration IS NOT NULL AND (`+p.where+`)) GROUP BY g`, p.args...)
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
