package storage

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"ratchet"
)

// StatsQuery says which executions to count and how to group them.
type StatsQuery struct {
	TaskID       string    // UUID; empty = of all tasks
	Since, Until time.Time // queued at or after, at or before; zero = no bound
	GroupBy      string    // status, task, hour or day; empty = no groups
	Tests        Tests

	conds []cond // further conditions on e.task_id and e.task_name
}

// ExecutionStats are counts and durations of executions.
type ExecutionStats struct {
	Key    string // of the group: a status, a task's UUID or a time; empty = all
	Name   string // of the task; else empty
	Counts map[ratchet.Status]int64
	// Of those that ended after they started. The percentiles are read from a
	// histogram: the mean of those in the same bucket, an eighth wide at most.
	Mean          time.Duration
	P50, P95, P99 time.Duration
}

// maxGroups bounds the groups of one answer; those with the greatest keys stay.
const maxGroups = 1000

// ExecutionStats counts executions: all that fit, and those of each group.
func (db *DB) ExecutionStats(ctx context.Context, query StatsQuery) (all ExecutionStats, groups []ExecutionStats, err error) {
	if !slices.Contains([]string{"", "status", "task", "hour", "day"}, query.GroupBy) {
		return all, nil, ratchet.Errorf(ratchet.CodeInvalid, "executions cannot be grouped by %q", query.GroupBy).At("/group_by").
			With(ratchet.FieldAllowed, []string{"status", "task", "hour", "day"})
	}
	var sum histogram
	by := map[groupKey]*histogram{}
	names := map[groupKey]string{}
	err = db.snapshot(ctx, func(q querier) error {
		src := query.source(ctx)
		return each(ctx, q, "count executions", func(r *sql.Rows) error {
			var at int64
			var task, name, text []byte
			if err := r.Scan(&at, &task, &name, &text); err != nil {
				return err
			}
			k := query.key(at, string(task))
			if query.GroupBy == "task" {
				names[k] = max(names[k], string(name))
			}
			of := func(k groupKey) *histogram {
				if by[k] == nil {
					by[k] = new(histogram)
				}
				return by[k]
			}
			group := new(histogram) // without groups
			if query.GroupBy != "" && query.GroupBy != "status" {
				group = of(k)
			}
			return readCells(text, func(c cellKey, b bucket) {
				sum.add(c, b)
				if query.GroupBy == "status" {
					group = of(groupKey{number: c.status})
				}
				group.add(c, b)
			})
		}, strings.Join(src.parts, " UNION ALL "), src.args...)
	})
	all.fill(&sum)
	keys := slices.SortedFunc(maps.Keys(by), groupKey.compare)
	for _, k := range keys[:min(len(keys), maxGroups)] {
		s := ExecutionStats{Key: k.text, Name: names[k]}
		switch query.GroupBy {
		case "status":
			s.Key = string(statusName(k.number))
		case "hour", "day":
			s.Key = timeOf(k.number).UTC().Format(time.RFC3339)
		}
		s.fill(by[k])
		groups = append(groups, s)
	}
	return all, groups, err
}

// groupKey is a status, a time or the UUID of a task.
type groupKey struct {
	number int64
	text   string
}

// compare sorts the greatest first.
func (k groupKey) compare(other groupKey) int {
	if k.number != other.number {
		if k.number > other.number {
			return -1
		}
		return 1
	}
	return strings.Compare(other.text, k.text)
}

// key is the group of executions queued in the hour of at.
func (query StatsQuery) key(at int64, task string) groupKey {
	switch query.GroupBy {
	case "hour":
		return groupKey{number: at / microHour * microHour}
	case "day":
		return groupKey{number: at / microDay * microDay}
	case "task":
		return groupKey{text: task}
	default:
		return groupKey{}
	}
}

// source is SQL that selects a time, the task's UUID and name, and cells.
type source struct {
	parts []string // joined by UNION ALL
	args  []any
}

func (s *source) add(sql string, args ...any) {
	s.parts, s.args = append(s.parts, sql), append(s.args, args...)
}

// tasks is the condition for the tasks counted, of a table with task_id and task_name.
func (query StatsQuery) tasks(ctx context.Context, alias string) (string, []any) {
	only, args := visible(ctx, alias+".task_name")
	if query.TaskID != "" {
		only, args = only+" AND "+alias+".task_id = ?", append(args, []byte(query.TaskID))
	}
	for _, c := range query.conds {
		only, args = only+" AND ("+strings.ReplaceAll(c.sql, "e.task_", alias+".task_")+")", append(args, c.args...)
	}
	return only, args
}

// source reads whole hours and days from the counters, and the rest, which is
// little, from the executions.
func (query StatsQuery) source(ctx context.Context) *source {
	s := new(source)
	only, args := query.tasks(ctx, "t")
	inRow, _ := query.tasks(ctx, "x")
	everything := only == "1" && query.GroupBy != "task"
	counters := func(span, from, to int64) {
		start := "c.start * " + decimal(int(spanWidth(span)))
		if span == spanHours || span == spanDays {
			s.add("SELECT "+start+", x'', x'', c.cells FROM execution_counts AS c WHERE c.span = ? AND c.task IN "+query.Tests.counters()+" AND c.start >= ? AND c.start < ?",
				span, from, to)
			return
		}
		s.add("SELECT "+start+", t.task_id, t.task_name, c.cells FROM task_names AS t CROSS JOIN execution_counts AS c "+
			"WHERE c.span = ? AND c.task = t.id AND c.start >= ? AND c.start < ? AND "+query.Tests.named("t")+" AND "+only, append([]any{span, from, to}, args...)...)
	}
	executions := func(table string, from, to int64) {
		s.add("SELECT hour, task_id, task_name, "+cellsOf+" FROM (SELECT x.queued_at / 3600000000 * 3600000000 AS hour, x.task_id AS task_id, "+
			"x.task_name AS task_name, x.status AS status, "+bucketOf+" AS low, count(*) AS n, coalesce(sum(x.duration), 0) AS total FROM "+table+
			" WHERE x.queued_at >= ? AND x.queued_at < ? AND "+query.Tests.inRow("x")+" AND "+inRow+" GROUP BY 1, 2, 3, 4, 5) GROUP BY 1, 2, 3", append([]any{from, to}, args...)...)
	}
	p := query.pieces(everything)
	for _, c := range p.counters {
		counters(c.span, c.from, c.to)
	}
	executions(notCounted+" AS i CROSS JOIN executions AS x ON x.id = i.id", p.from, p.to)
	for _, e := range p.edges {
		executions("executions AS x", e[0], e[1])
	}
	return s
}
