package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/thorough"
)

// explaining keeps the plans of the statements made through it.
type explaining struct {
	querier
	plans map[string][]string // by statement
}

func (x *explaining) note(ctx context.Context, query string, args []any) error {
	if _, seen := x.plans[query]; seen {
		return nil
	}
	x.plans[query] = nil
	return each(ctx, x.querier, "explain", func(r *sql.Rows) error {
		var id, parent, unused int64
		var detail []byte
		err := r.Scan(&id, &parent, &unused, &detail)
		x.plans[query] = append(x.plans[query], string(detail))
		return err
	}, "EXPLAIN QUERY PLAN "+query, args...)
}

func (x *explaining) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := x.note(ctx, query, args); err != nil {
		return nil, err
	}
	return x.querier.QueryContext(ctx, query, args...)
}

func (x *explaining) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := x.note(ctx, query, args); err != nil {
		panic(err)
	}
	return x.querier.QueryRowContext(ctx, query, args...)
}

// someOfAll stores executions of every kind.
func someOfAll(t *testing.T, db *DB) *ratchet.Execution {
	t.Helper()
	var last *ratchet.Execution
	for i := range 60 {
		at := time.Date(2026, 4, 1, i, 0, 0, 0, time.UTC)
		e := &ratchet.Execution{TaskID: fmt.Sprint("task-", i%3), TaskName: fmt.Sprint("name-", i%3), QueuedAt: at, Status: statuses()[i%6], Origin: origins()[i%5]}
		if i%2 == 0 {
			e.BatchID, e.JobID, e.ScheduleID, e.CorrelationToken = "b", "j", "s", fmt.Sprint("c", i)
		}
		if i%6 > 0 {
			e.StartedAt = at.Add(time.Second)
		}
		if i%6 > 1 {
			e.CompletedAt, e.Progress = at.Add(time.Duration(i)*time.Minute), &ratchet.Progress{Fraction: 0.5, At: at}
		}
		if i%6 > 2 {
			e.Error = &ratchet.ExecutionError{Message: "it broke"}
		}
		if err := db.StoreExecution(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		last = e
	}
	return last
}

// valueFor is a value that a filter field takes.
func valueFor(f ratchet.FilterField, e *ratchet.Execution) any {
	switch f.Type {
	case ratchet.FilterTime:
		return e.QueuedAt.Format(time.RFC3339)
	case ratchet.FilterBool:
		return true
	case ratchet.FilterStatus:
		return "failed"
	case ratchet.FilterID, ratchet.FilterRowID:
		return map[string]any{"id": e.Number, "task_id": e.TaskID}[f.Name]
	case ratchet.FilterFloat:
		return 0.5
	default:
		return map[string]string{
			"uuid": e.ID, "task_name": "name-1", "batch_id": "b", "job_id": "j", "schedule_id": "s",
			"correlation_token": "c2", "error_message": "it broke", "origin": "test",
		}[f.Name]
	}
}

// TestQueryPlans: no list of executions reads the table from end to end, and
// what may be many rows is never sorted.
func TestQueryPlans(t *testing.T) {
	db := openTemp(t)
	e := someOfAll(t, db)
	if err := db.write(context.Background(), false, (*tx).fold); err != nil {
		t.Fatal(err)
	}
	few, many := defaultLimits(), defaultLimits()
	many.sort, many.texts, many.piece, many.find = -1, 0, 1, time.Hour // as if every filter fitted many
	filters := [][]ratchet.Filter{nil}
	for _, f := range ExecutionFilters() {
		for _, op := range f.Operators {
			filters = append(filters, []ratchet.Filter{{Field: f.Name, Operator: op, Value: valueFor(f, e)}})
		}
	}
	filters = append(filters, []ratchet.Filter{{Field: "task_id", Value: e.TaskID}, {Field: "status", Operator: ratchet.OpIn, Value: []any{"failed", "completed"}}},
		[]ratchet.Filter{{Field: "queued_after", Value: "2026-04-01T00:00:00Z"}, {Field: "has_error", Value: true}})
	filters = append(filters, []ratchet.Filter{{Field: "origin", Operator: ratchet.OpIn, Value: []any{}}})
	for i, f := range filters { // as lists ask by default
		if i%4 == 0 {
			filters = append(filters, append(slices.Clone(f), ratchet.Filter{Field: "origin", Operator: ratchet.OpNE, Value: "test"}))
		}
	}
	n := 0
	for _, by := range ExecutionSortFields() {
		for i, f := range filters {
			if len(f) > 0 && n%thorough.Of(4, 1) > 0 { // each filter with some sorts
				n++
				continue
			}
			n++
			for name, limits := range map[string]searchLimits{"few": few, "many": many} {
				for _, offset := range []int{0, 5} {
					q := ratchet.Query{SortBy: by, Desc: i%2 == 0, Filters: f, Limit: 10, Offset: offset}
					for page := 0; page < 2 && (page == 0 || q.Cursor != ""); page++ {
						q.Cursor = checkPlans(t, db, q, limits, name == "many")
						q.Offset = 0
					}
				}
			}
		}
	}
}

// checkPlans makes a page and looks at how; it returns the next cursor.
func checkPlans(t *testing.T, db *DB, q ratchet.Query, limits searchLimits, many bool) string {
	t.Helper()
	p, err := executionList().plan(q)
	if err != nil {
		t.Fatal(err)
	}
	x := &explaining{plans: map[string][]string{}}
	next := ""
	err = db.snapshot(context.Background(), func(real querier) error {
		x.querier = real
		h, err := (&search{searchLimits: limits, q: x, p: p}).page(context.Background())
		if err == nil {
			next = h.next
		}
		return err
	})
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	for query, plan := range x.plans {
		if strings.Contains(query, "task_counts") || strings.Contains(query, "FROM task_names AS e") {
			continue // the counters and names themselves, which are small
		}
		for _, step := range plan {
			scan := step == "SCAN e" || step == "SCAN executions" || step == "SCAN x"
			sorts := many && !strings.Contains(query, "order_counts") && strings.Contains(step, "TEMP B-TREE FOR ORDER BY")
			if q.SortBy == "id" && scan {
				continue // in the order of the table itself
			}
			if scan || sorts {
				t.Errorf("%s of %+v\n%s\n%s", step, q, query, strings.Join(plan, "\n"))
			}
		}
	}
	return next
}
