package storage

import (
	"context"
	"database/sql"
	"slices"
)

// Orders that order_counts cuts into stretches.
const (
	orderID = iota
	orderQueued
	orderStarted
	orderCompleted
	orderDuration
)

// testOrders is what the orders of test runs have more than those of others.
const testOrders = 8

// Stretches of numbers, the long and the short ones.
const (
	manyNumbers = 65_536
	fewNumbers  = 1024
)

// absentTime stands for a time that is not there: no hour begins with it.
const absentTime = -1

// anyStatus is the status of stretches that count executions of all.
const anyStatus = -1

// stretches are how an order is cut.
type stretches struct {
	order    int64
	widths   []int64 // from long to short; 0 = duration_buckets
	byStatus bool
}

// stretchesOf is how the order by a column is cut; nil = it is not.
func stretchesOf(c column) *stretches {
	switch c {
	case colID:
		return &stretches{orderID, []int64{manyNumbers, fewNumbers}, true}
	case colQueued:
		return &stretches{orderQueued, []int64{microDay, microHour}, true}
	case colStarted:
		return &stretches{orderStarted, []int64{microDay, microHour}, false}
	case colCompleted:
		return &stretches{orderCompleted, []int64{microDay, microHour}, false}
	case colDuration:
		return &stretches{orderDuration, []int64{0}, false}
	default:
		return nil
	}
}

// floorTo is the start of the stretch that n is in.
func floorTo(n, width int64) int64 { return n - (n%width+width)%width }

// floorSQL is floorTo of an expression.
func floorSQL(expr string, width int64) string {
	w := decimal(int(width))
	return expr + " - (" + expr + " % " + w + " + " + w + ") % " + w
}

// orderKey is the key of a row of order_counts.
type orderKey struct{ order, width, start, status int64 }

// orderChanges are what executions add to order_counts.
type orderChanges map[orderKey]int64

func (o orderChanges) add(tests int64, c column, start, status, n int64) {
	s := stretchesOf(c)
	if !s.byStatus {
		status = anyStatus
	}
	for _, width := range s.widths {
		k := orderKey{s.order + tests*testOrders, width, start, status}
		if width > 0 {
			k.start = floorTo(start, width)
		}
		o[k] += n
	}
}

// countOrders adds to the stretches of the orders.
func (t *tx) countOrders(changes orderChanges) error {
	var b bulk
	removed := false
	for k, n := range changes {
		b.begin()
		for _, v := range []int64{k.order, k.width, k.start, k.status, n} {
			b.int(v)
		}
		b.end()
		removed = removed || n < 0
	}
	err := t.exec("count executions", `INSERT INTO order_counts SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?1)
		WHERE 1 ON CONFLICT DO UPDATE SET n = n + excluded.n`, b.args()[0])
	if err != nil || !removed {
		return err
	}
	return t.exec("count executions", `DELETE FROM order_counts WHERE n = 0 AND (sort, width, start, status) IN
		(SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?))`, b.args()[0])
}

// jump passes over stretches that lie before the page, when counters say how
// many rows are in them. It returns the condition for the rows behind, and
// whether the page lies behind the whole segment.
func (w *walk) jump(ctx context.Context) (behind []cond, past bool, err error) {
	key := sortKey{sortField: sortField{expr: "e.id", column: colID}, desc: w.desc()}
	if len(w.keys) > 0 {
		key = w.keys[0]
	}
	s := stretchesOf(key.column)
	tests, counted := testsIn(w.search.conds)
	if s == nil || !counted || w.after != nil || w.skip <= w.searchLimits.piece || w.absent != "" {
		return nil, false, nil
	}
	var byStatus []cond
	for _, c := range slices.Concat(w.segment.conds, w.search.conds) {
		switch {
		case c.column == colStatus && s.byStatus:
			byStatus = append(byStatus, c)
		case c.column == colOrigin:
		case c.column != key.column || !slices.Contains(c.values, nil): // else it says that the key is not NULL
			return nil, false, nil
		}
	}
	var long []any // bounds of the longer stretch that the page begins in
	for i, width := range s.widths {
		p, err := w.passed(ctx, tests, s.order, width, key, byStatus, long)
		if err != nil {
			return nil, false, err
		}
		if !p.at.Valid {
			w.skip -= p.n
			return behind, i == 0, nil
		}
		if p.n > 0 {
			w.skip -= p.n
			edge := cond{sql: key.expr + " >= ?", args: []any{p.at.Int64}}
			if key.desc {
				edge = cond{sql: key.expr + " < ?", args: []any{p.edge.Int64}}
			}
			behind = []cond{edge}
		}
		long = []any{p.at.Int64, p.at.Int64 + width}
	}
	return behind, false, nil
}

// passage is how far one may go in an order without passing too many rows.
type passage struct {
	at   sql.NullInt64 // start of the first stretch not passed
	n    int           // rows passed
	edge sql.NullInt64 // least start of the stretches passed
}

// passed sums stretches up to the rows that are to be skipped: those of the
// counters, and the executions that these do not hold. long = bounds of the
// stretches looked at; nil = none.
func (w *walk) passed(ctx context.Context, tests Tests, order, width int64, key sortKey, byStatus []cond, long []any) (p passage, err error) {
	start := floorSQL(key.expr, width)
	if width == 0 {
		start = "coalesce((SELECT max(low) FROM duration_buckets WHERE low <= " + key.expr + "), 0)"
	}
	only, args := joined(byStatus)
	counters, rows := only, only
	if long != nil {
		counters, rows = counters+" AND e.start >= ? AND e.start < ?", rows+" AND "+start+" >= ? AND "+start+" < ?"
		args = append(args, long[0], long[1])
	}
	query := `WITH every AS (SELECT e.start AS start, e.n AS n FROM order_counts AS e WHERE e.sort IN ` + tests.orders(order) + ` AND e.width = ? AND ` + counters + `
			UNION ALL SELECT ` + start + `, 1 FROM ` + notCounted + ` AS i CROSS JOIN executions AS e ON e.id = i.id
			WHERE ` + key.expr + ` IS NOT NULL AND ` + tests.inRow("e") + ` AND ` + rows + `),
		upto AS MATERIALIZED (SELECT start, sum(sum(n)) OVER (ORDER BY start` + direction(key.desc) + `) AS n FROM every GROUP BY start)
		SELECT (SELECT start FROM upto WHERE n > ? ORDER BY n LIMIT 1), coalesce((SELECT max(n) FROM upto WHERE n <= ?), 0), (SELECT min(start) FROM upto WHERE n <= ?)`
	err = one(ctx, w.q, "count executions", []any{&p.at, &p.n, &p.edge}, query,
		slices.Concat([]any{width}, args, args, []any{w.skip, w.skip, w.skip})...)
	return p, err
}
