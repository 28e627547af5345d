package storage

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratchet"
)

// counting is a store whose statistics must be those of the executions in it.
type counting struct {
	db    *DB
	clock time.Time
	open  []*ratchet.Execution // pending or running
	ended []*ratchet.Execution
}

func (c *counting) new(t *rapid.T) *ratchet.Execution {
	task := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "task")
	c.clock = c.clock.Add(time.Duration(rapid.Int64Range(0, 30).Draw(t, "hours")) * 20 * time.Minute)
	return &ratchet.Execution{
		TaskID: "id-" + task, TaskName: task, QueuedAt: c.clock, Status: ratchet.StatusPending,
		Origin: rapid.SampledFrom([]ratchet.Origin{ratchet.OriginDirect, ratchet.OriginTest}).Draw(t, "origin"),
	}
}

func (c *counting) start(t *rapid.T, e *ratchet.Execution) {
	e.Status, e.StartedAt = ratchet.StatusRunning, e.QueuedAt.Add(time.Second)
}

// end sets how e ends; sometimes before it starts, as a clock that steps makes it.
func (c *counting) end(t *rapid.T, e *ratchet.Execution) {
	e.Status = rapid.SampledFrom(statuses()[firstTerminal:]).Draw(t, "status")
	from := cmp.Or(e.StartedAt, e.QueuedAt)
	e.CompletedAt = from.Add(time.Duration(rapid.Int64Range(-5, 1<<20).Draw(t, "took")) * time.Microsecond)
}

func (c *counting) insert(t *rapid.T) {
	e := c.new(t)
	if rapid.Bool().Draw(t, "running") {
		c.start(t, e)
	}
	if rapid.Bool().Draw(t, "batch") {
		e.BatchID = "batch" // is not inserted in bulk
	}
	noError(t, c.db.InsertExecution(context.Background(), e))
	c.open = append(c.open, e)
}

// run inserts and ends at once, which mostly is one transaction.
func (c *counting) run(t *rapid.T) {
	e := c.new(t)
	c.start(t, e)
	i, err := c.db.BeginInsert(context.Background(), e, nil)
	noError(t, err)
	done := *e
	c.end(t, &done)
	noError(t, c.db.FinishExecution(context.Background(), &done, Finish{After: i}))
	c.ended = append(c.ended, &done)
}

func (c *counting) store(t *rapid.T) {
	e := c.new(t)
	switch rapid.IntRange(0, 2).Draw(t, "life") {
	case 0:
		noError(t, c.db.StoreExecution(context.Background(), e))
		c.open = append(c.open, e)
		return
	case 1:
		c.start(t, e)
	}
	c.end(t, e)
	noError(t, c.db.StoreExecution(context.Background(), e))
	c.ended = append(c.ended, e)
}

func (c *counting) mark(t *rapid.T) {
	for _, e := range c.open {
		if e.Status == ratchet.StatusPending {
			c.start(t, e)
			noError(t, c.db.MarkRunning(context.Background(), e.ID, e.StartedAt))
			return
		}
	}
	t.Skip("none is pending")
}

func (c *counting) finish(t *rapid.T) {
	if len(c.open) == 0 {
		t.Skip("none is open")
	}
	i := rapid.IntRange(0, len(c.open)-1).Draw(t, "execution")
	e := c.open[i]
	c.end(t, e)
	noError(t, c.db.FinishExecution(context.Background(), e, Finish{}))
	c.open, c.ended = slices.Delete(c.open, i, i+1), append(c.ended, e)
}

// sweep is what a start after a crash does.
func (c *counting) sweep(t *rapid.T) {
	c.clock = c.clock.Add(time.Minute)
	_, err := c.db.Sweep(context.Background())
	noError(t, err)
	for _, e := range c.open {
		got, err := c.db.Execution(context.Background(), e.ID)
		noError(t, err)
		c.ended = append(c.ended, got)
	}
	c.open = nil
}

func (c *counting) remove(t *rapid.T) {
	if len(c.ended) == 0 {
		t.Skip("none has ended")
	}
	i := rapid.IntRange(0, len(c.ended)-1).Draw(t, "execution")
	noError(t, c.db.DeleteExecution(context.Background(), c.ended[i].ID))
	c.ended = slices.Delete(c.ended, i, i+1)
}

func (c *counting) purge(t *rapid.T) {
	before := c.clock.Add(-time.Duration(rapid.IntRange(0, 50).Draw(t, "hours")) * time.Hour)
	_, err := c.db.DeleteExecutions(context.Background(), Purge{Before: before})
	noError(t, err)
	c.ended = slices.DeleteFunc(c.ended, func(e *ratchet.Execution) bool { return e.CompletedAt.Before(before) })
}

func (c *counting) fold(t *rapid.T) {
	noError(t, c.db.write(context.Background(), false, (*tx).fold))
}

func noError(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
}

// compare asks for statistics and counts again.
func (c *counting) compare(t *rapid.T) {
	q := StatsQuery{GroupBy: rapid.SampledFrom([]string{"", "status", "task", "hour", "day"}).Draw(t, "group")}
	q.Tests = Tests(rapid.IntRange(int(WithTests), int(OnlyTests)).Draw(t, "tests"))
	if rapid.Bool().Draw(t, "one task") {
		q.TaskID = "id-b"
	}
	ago := func(name string) time.Time {
		return c.clock.Add(-time.Duration(rapid.IntRange(0, 100*60).Draw(t, name)) * time.Minute)
	}
	if rapid.Bool().Draw(t, "has since") {
		q.Since = ago("since")
	}
	if rapid.Bool().Draw(t, "has until") {
		q.Until = ago("until")
	}
	ctx, scoped := context.Background(), rapid.Bool().Draw(t, "scoped")
	if scoped {
		ctx = ratchet.WithScope(ctx, &ratchet.Scope{DeniedTasks: []string{"c"}})
	}
	all, groups, err := c.db.ExecutionStats(ctx, q)
	noError(t, err)
	want := map[string][]*ratchet.Execution{}
	var fit []*ratchet.Execution
	for _, e := range slices.Concat(c.open, c.ended) {
		if (q.TaskID != "" && e.TaskID != q.TaskID) || (scoped && e.TaskName == "c") ||
			(q.Tests == WithoutTests && e.Origin == ratchet.OriginTest) || (q.Tests == OnlyTests && e.Origin != ratchet.OriginTest) ||
			e.QueuedAt.Before(q.Since) || (!q.Until.IsZero() && e.QueuedAt.After(q.Until)) {
			continue
		}
		fit = append(fit, e)
		key := map[string]string{
			"status": string(e.Status), "task": e.TaskID,
			"hour": e.QueuedAt.Truncate(time.Hour).Format(time.RFC3339), "day": e.QueuedAt.Truncate(24 * time.Hour).Format(time.RFC3339),
		}[q.GroupBy]
		want[key] = append(want[key], e)
	}
	sameStats(t, q, all, fit)
	if q.GroupBy == "" {
		want = nil
	}
	if len(groups) != len(want) {
		t.Fatalf("%+v: %d groups, want %d", q, len(groups), len(want))
	}
	for _, g := range groups {
		sameStats(t, q, g, want[g.Key])
	}
}

// sameStats compares counts exactly and durations as closely as promised.
func sameStats(t *rapid.T, q StatsQuery, got ExecutionStats, fit []*ratchet.Execution) {
	t.Helper()
	counts := map[ratchet.Status]int64{}
	var took []float64
	var sum float64
	for _, e := range fit {
		counts[e.Status]++
		if !e.StartedAt.IsZero() && !e.CompletedAt.IsZero() {
			d := float64(e.CompletedAt.Sub(e.StartedAt))
			took, sum = append(took, d), sum+d
		}
	}
	for _, s := range statuses() {
		if got.Counts[s] != counts[s] {
			t.Fatalf("%+v: group %q has %d %s, want %d", q, got.Key, got.Counts[s], s, counts[s])
		}
	}
	if len(took) == 0 {
		if got.Mean != 0 || got.P99 != 0 {
			t.Fatalf("%+v: group %q has durations", q, got.Key)
		}
		return
	}
	slices.Sort(took)
	near := func(name string, got time.Duration, want, off float64) {
		if math.Abs(float64(got)-want) > math.Abs(want)*off+8000 { // negative ones are in the bucket of 0
			t.Fatalf("%+v: %s is %v, want %v", q, name, got, time.Duration(want))
		}
	}
	near("mean", got.Mean, sum/float64(len(took)), 0)
	for percent, p := range map[int]time.Duration{50: got.P50, 95: got.P95, 99: got.P99} {
		near("percentile", p, took[(len(took)*percent+99)/100-1], 0.125)
	}
}

// TestCounts: whatever is written, statistics are those of the executions stored.
func TestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &counting{clock: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
		db, err := Open(context.Background(), Config{Now: func() time.Time { return c.clock }})
		noError(t, err)
		defer db.Close()
		c.db = db
		t.Repeat(map[string]func(*rapid.T){
			"insert": c.insert, "run": c.run, "store": c.store, "mark": c.mark, "finish": c.finish, "sweep": c.sweep,
			"remove": c.remove, "purge": c.purge, "fold": c.fold, "": c.compare,
		})
		c.fold(t)
		for i := len(c.ended) - 1; i >= 0; i-- {
			noError(t, db.DeleteExecution(context.Background(), c.ended[i].ID))
		}
		var left int64
		noError(t, db.read(context.Background(), func(q querier) error {
			return one(context.Background(), q, "count", []any{&left}, "SELECT (SELECT count(*) FROM execution_counts) + (SELECT count(*) FROM order_counts)")
		}))
		if left != 0 {
			t.Fatalf("%d counters are left of nothing", left)
		}
	})
}

// TestWriterFolds: the writer adds executions to the counters by itself.
func TestWriterFolds(t *testing.T) {
	db := openTemp(t)
	for range countStep + 1 {
		e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusFailed}
		if err := db.StoreExecution(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	var n int64
	err := db.read(context.Background(), func(q querier) error {
		return one(context.Background(), q, "count", []any{&n}, "SELECT coalesce(sum(n), 0) FROM task_counts")
	})
	if err != nil || n < countStep {
		t.Errorf("%d executions are in the counters, want at least %d; %v", n, countStep, err)
	}
}
