package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet"
)

// storeMany stores n executions a minute apart; every fourth has an error.
func storeMany(t *testing.T, db *DB, n int) {
	t.Helper()
	for i := range n {
		e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusCompleted, QueuedAt: time.Date(2026, 4, 1, 0, i, 0, 0, time.UTC)}
		e.StartedAt, e.CompletedAt, e.CorrelationToken = e.QueuedAt.Add(time.Second), e.QueuedAt.Add(2*time.Second), fmt.Sprint("order-", i)
		if i%4 == 0 {
			e.Status, e.Error = ratchet.StatusFailed, &ratchet.ExecutionError{Message: fmt.Sprint("broke ", i)}
		}
		if err := db.StoreExecution(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSearchTime: when the time is used, the page is what was found until
// then, is marked, and its cursor goes on to all that match.
func TestSearchTime(t *testing.T) {
	db := openTemp(t)
	storeMany(t, db, 40)
	db.limits.find, db.limits.tally, db.limits.piece, db.limits.sort = 0, 0, 4, 3
	for value, want := range map[string]int{"broke 36": 1, "broke": 10, "never": 0} {
		q := ratchet.Query{Filters: []ratchet.Filter{{Field: "error_message", Operator: ratchet.OpContains, Value: value}}, Limit: 8}
		found, pages, incomplete := 0, 0, 0
		for q.Cursor != "" || pages == 0 {
			page, err := db.ListExecutionHeads(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			if !page.LowerBound || page.Total > int64(want) {
				t.Errorf("%s: total %d, lower bound %v, of %d", value, page.Total, page.LowerBound, want)
			}
			if page.Incomplete != (page.NextCursor != "" && len(page.Items) < q.Limit) {
				t.Errorf("%s: %d items, cursor %q, incomplete %v", value, len(page.Items), page.NextCursor, page.Incomplete)
			}
			if page.Incomplete {
				incomplete++
			}
			found, pages, q.Cursor = found+len(page.Items), pages+1, page.NextCursor
		}
		if found != want || incomplete != 2 {
			t.Errorf("%s: %d of %d found, %d of %d pages incomplete, want 2", value, found, want, incomplete, pages)
		}
	}
}

// TestTotals: what indexes know about is counted exactly, without reading rows.
func TestTotals(t *testing.T) {
	db := openTemp(t)
	storeMany(t, db, 40)
	noFault(t, db.write(t.Context(), false, (*tx).fold))
	for i := range 3 { // of which no counter knows
		e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusFailed, Origin: ratchet.OriginTest, QueuedAt: time.Date(2026, 3, 1, 0, i, 0, 0, time.UTC)}
		noFault(t, db.StoreExecution(t.Context(), e))
	}
	db.limits.find, db.limits.tally, db.limits.piece, db.limits.count, db.limits.sort, db.limits.totals = 0, 0, 1, 1, 3, 20
	for _, c := range []struct {
		field string
		op    ratchet.Operator
		value any
		total int64
		bound bool
	}{
		{"has_error", ratchet.OpEQ, false, 33, false},
		{"has_error", ratchet.OpNE, true, 33, false},
		{"has_progress", ratchet.OpEQ, false, 43, false},
		{"has_error", ratchet.OpEQ, true, 10, false},
		{"origin", ratchet.OpNE, "test", 40, false},
		{"origin", ratchet.OpEQ, "test", 3, false},
		{"origin", ratchet.OpIn, []any{"direct", "test", "retry", "external", "fork"}, 43, false},
		{"correlation_token", ratchet.OpEndsWith, "39", 1, false},
		{"correlation_token", ratchet.OpContains, "order", 20, true},
		{"error_message", ratchet.OpContains, "broke", 1, true}, // the first piece has one entry
	} {
		page, err := db.ListExecutionHeads(context.Background(), ratchet.Query{Limit: 1, Filters: []ratchet.Filter{{Field: c.field, Operator: c.op, Value: c.value}}})
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != c.total || page.LowerBound != c.bound || len(page.Items) != 1 {
			t.Errorf("%s %s %v: %d (lower bound %v), %d items; want %d (%v)", c.field, c.op, c.value, page.Total, page.LowerBound, len(page.Items), c.total, c.bound)
		}
	}
}

// TestTotalsWithoutTests: a condition that leaves out test runs keeps totals exact.
func TestTotalsWithoutTests(t *testing.T) {
	db := openTemp(t)
	storeSpread(t, db, 140)
	noFault(t, db.write(t.Context(), true, (*tx).fold))
	storeSpread(t, db, 14) // which no counter holds
	db.limits.find, db.limits.tally, db.limits.piece, db.limits.count, db.limits.sort, db.limits.totals = 0, 0, 1, 1, 3, 20
	for origin, want := range map[ratchet.Operator]int64{ratchet.OpNE: 132, ratchet.OpEQ: 22} {
		only := ratchet.Filter{Field: "origin", Operator: origin, Value: "test"}
		for _, more := range [][]ratchet.Filter{nil, {{Field: "has_error", Value: false}}, {{Field: "task_name", Value: "t"}}} {
			page, err := db.ListExecutionHeads(t.Context(), ratchet.Query{Limit: 1, Filters: append(more, only)})
			if err != nil {
				t.Fatal(err)
			}
			if page.Total != want || page.LowerBound {
				t.Errorf("origin %s test and %v: %d (lower bound %v), want %d", origin, more, page.Total, page.LowerBound, want)
			}
		}
	}
}

// offsets notes how many rows the lists made through it pass over.
type offsets struct {
	querier
	most int64
}

func (o *offsets) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if strings.HasSuffix(query, "LIMIT ? OFFSET ?") {
		n, _ := integer(args[len(args)-1])
		o.most = max(o.most, n)
	}
	return o.querier.QueryContext(ctx, query, args...)
}

// TestDeepPages: a page far from both ends of a list is the right one, and is
// reached without passing over all that lies before it.
func TestDeepPages(t *testing.T) {
	const n, deep = 2800, 1100
	db := openTemp(t)
	storeSpread(t, db, n)
	noFault(t, db.write(context.Background(), false, (*tx).fold))
	storeSpread(t, db, 20) // which no counter holds
	whole, limits := defaultLimits(), defaultLimits()
	whole.find = time.Hour
	limits.piece, limits.find, limits.sort = 50, time.Hour, -1 // as if every filter fitted many
	some := []ratchet.Filter{{Field: "status", Operator: ratchet.OpIn, Value: []any{"completed", "failed"}}}
	noTests := []ratchet.Filter{{Field: "origin", Operator: ratchet.OpNE, Value: "test"}}
	for _, by := range ExecutionSortFields() {
		for _, desc := range []bool{false, true} {
			for _, filters := range [][]ratchet.Filter{nil, noTests, some, slices.Concat(some, noTests)} {
				if filters != nil && filters[0].Field == "status" && by != "id" && by != "queued_at" && by != "status" {
					continue // no index has both
				}
				q := ratchet.Query{SortBy: by, Desc: desc, Filters: filters, Limit: 1000}
				all, _ := searched(t, db, q, whole)
				rest := q
				rest.Offset = 1000
				more, _ := searched(t, db, rest, whole)
				q.Limit, q.Offset = 10, deep
				got, most := searched(t, db, q, limits)
				if want := append(all, more...)[deep : deep+10]; !slices.Equal(got, want) {
					t.Errorf("by %s, descending %v, filters %v: %v, want %v", by, desc, filters, got, want)
				}
				if most > 100 && by != "id" && by != "status" || most > fewNumbers {
					t.Errorf("by %s, descending %v, filters %v: %d rows were passed over", by, desc, filters, most)
				}
			}
		}
	}
}

// searched is the numbers of a page, and the most rows passed over for it.
func searched(t *testing.T, db *DB, q ratchet.Query, limits searchLimits) ([]int64, int64) {
	t.Helper()
	p, err := executionList().plan(q)
	noFault(t, err)
	var ids []int64
	o := new(offsets)
	noFault(t, db.snapshot(context.Background(), func(real querier) error {
		o.querier = real
		h, err := (&search{searchLimits: limits, q: o, p: p}).page(context.Background())
		if err == nil {
			ids = h.ids
		}
		return err
	}))
	return ids, o.most
}

func noFault(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// storeSpread stores n executions of all ends, an hour apart and of any length.
func storeSpread(t *testing.T, db *DB, n int) {
	t.Helper()
	var storing sync.WaitGroup
	for from := range 64 {
		storing.Go(func() {
			for i := from; i < n; i += 64 {
				e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: statuses()[2+i%4], QueuedAt: time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC)}
				if i%7 == 3 {
					e.Origin = ratchet.OriginTest
				}
				if e.StartedAt = e.QueuedAt.Add(time.Second); i%10 > 0 {
					e.CompletedAt = e.StartedAt.Add(time.Duration(i*i) * time.Millisecond)
				}
				if err := db.StoreExecution(context.Background(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	storing.Wait()
}
