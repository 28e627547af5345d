package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ratchet"
	"ratchet/storage"
)

// storedRounds is how often each question is asked.
const storedRounds = 40

// ask measures a question and adds a row.
func ask(t *table, what string, question func() (rows int, total string, err error)) error {
	times, used := make([]time.Duration, storedRounds), make([]time.Duration, storedRounds)
	var rows int
	var total string
	for i := range times {
		before, err := cpuTime()
		if err != nil {
			return err
		}
		begun := time.Now()
		if rows, total, err = question(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		times[i] = time.Since(begun)
		after, err := cpuTime()
		if err != nil {
			return err
		}
		used[i] = after - before
	}
	slices.Sort(times)
	slices.Sort(used)
	t.row(what, micros(times[len(times)/2]), micros(times[(len(times)*95+99)/100-1]), micros(used[len(used)/2]), fmt.Sprint(rows), total)
	return nil
}

func storedLists(ctx context.Context, db *storage.DB, t *table, total int64) error {
	newest, err := db.ListExecutionHeads(ctx, ratchet.Query{Limit: 1000})
	if err != nil {
		return err
	}
	for _, c := range storedQueries(newest.Items, total) {
		err := ask(t, c.name, func() (int, string, error) {
			page, err := db.ListExecutionHeads(ctx, c.query)
			bound := fmt.Sprint(page.Total)
			if page.LowerBound {
				bound = "≥ " + bound
			}
			return len(page.Items), bound, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type storedQuery struct {
	name  string
	query ratchet.Query
}

// storedQueries are pages, each sort, each filter, and filters with sorts.
func storedQueries(sample []ratchet.Execution, total int64) []storedQuery {
	one := sample[len(sample)/2]
	having := func(of func(*ratchet.Execution) string) string {
		for i := range sample {
			if v := of(&sample[i]); v != "" {
				return v
			}
		}
		return "none"
	}
	is := func(field string, value any) ratchet.Filter {
		return ratchet.Filter{Field: field, Operator: ratchet.OpEQ, Value: value}
	}
	ago := func(days int) string {
		return one.QueuedAt.Add(-time.Duration(days) * 24 * time.Hour).Format(time.RFC3339)
	}
	list := []storedQuery{
		{"first page", ratchet.Query{}},
		{"page 20,000 of 25", ratchet.Query{Limit: 25, Offset: int(min(20_000*25, total/2))}},
		{"page 20,000 of 49", ratchet.Query{Limit: 49, Offset: int(min(20_000*49, total*49/50))}},
		{"half of completed", ratchet.Query{Offset: int(total * 45 / 100), Filters: []ratchet.Filter{is("status", "completed")}}},
	}
	for _, by := range storage.ExecutionSortFields() {
		list = append(list, storedQuery{"by " + by, ratchet.Query{SortBy: by}}, storedQuery{"by " + by + " desc", ratchet.Query{SortBy: by, Desc: true}},
			storedQuery{"half by " + by, ratchet.Query{SortBy: by, Desc: true, Offset: int(total / 2)}})
	}
	filters := []ratchet.Filter{
		is("id", one.Number), is("uuid", one.ID), is("task_id", one.TaskID), is("task_name", one.TaskName),
		is("status", "completed"), is("status", "failed"), is("status", "running"), is("status", "pending"),
		{Field: "status", Operator: ratchet.OpIn, Value: []any{"failed", "timed_out"}},
		{Field: "status", Operator: ratchet.OpNE, Value: "completed"},
		is("job_id", having(func(e *ratchet.Execution) string { return e.JobID })),
		is("schedule_id", having(func(e *ratchet.Execution) string { return e.ScheduleID })),
		is("batch_id", having(func(e *ratchet.Execution) string { return e.BatchID })),
		is("correlation_token", having(func(e *ratchet.Execution) string { return e.CorrelationToken })),
		{Field: "duration", Operator: ratchet.OpGT, Value: 1000},
		{Field: "duration", Operator: ratchet.OpLT, Value: 20},
		is("progress", 0.5), is("has_progress", true), is("has_progress", false), is("has_error", true), is("has_error", false),
		is("can_retry", true), is("can_cancel", true), is("can_cancel", false),
		is("error_message", "cancelled by user:ada"),
	}
	for _, when := range []string{"queued", "started", "completed"} {
		for _, days := range []int{1, 45, 89} {
			filters = append(filters, is(when+"_after", ago(days)), is(when+"_before", ago(days)))
		}
	}
	texts := []ratchet.Filter{
		{Field: "task_name", Operator: ratchet.OpContains, Value: "K-1"},
		{Field: "task_name", Operator: ratchet.OpStartsWith, Value: "none"},
		{Field: "error_message", Operator: ratchet.OpContains, Value: "no customer"},
		{Field: "error_message", Operator: ratchet.OpContains, Value: "never"},
		{Field: "correlation_token", Operator: ratchet.OpEndsWith, Value: "7777"},
		{Field: "uuid", Operator: ratchet.OpContains, Value: "zzz"},
	}
	for _, f := range slices.Concat(filters, texts) {
		list = append(list, storedQuery{fmt.Sprint(f.Field, " ", f.Operator, " ", f.Value), ratchet.Query{Filters: []ratchet.Filter{f}}})
	}
	for _, f := range []ratchet.Filter{is("task_id", one.TaskID), is("status", "failed"), is("status", "completed"), is("queued_after", ago(1)), is("queued_before", ago(80))} {
		for _, by := range []string{"duration", "completed_at", "status"} {
			list = append(list, storedQuery{fmt.Sprint(f.Field, " ", f.Value, " by ", by), ratchet.Query{Filters: []ratchet.Filter{f}, SortBy: by, Desc: true}})
		}
	}
	return list
}

func storedStats(ctx context.Context, db *storage.DB, t *table) error {
	month := time.Now().Add(-30 * 24 * time.Hour)
	tasks, err := db.ListTasks(ctx, ratchet.Query{Limit: 1})
	if err != nil || len(tasks.Items) == 0 {
		return err
	}
	for _, by := range []string{"", "status", "task", "hour", "day"} {
		for name, q := range map[string]storage.StatsQuery{
			"":                   {},
			" over 30 days":      {Since: month},
			" of a task":         {TaskID: tasks.Items[0].ID},
			" of a task 30 days": {TaskID: tasks.Items[0].ID, Since: month},
		} {
			q.GroupBy = by
			err := ask(t, "statistics by "+by+name, func() (int, string, error) {
				all, groups, err := db.ExecutionStats(ctx, q)
				var n int64
				for _, count := range all.Counts {
					n += count
				}
				return len(groups), fmt.Sprint(n), err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
