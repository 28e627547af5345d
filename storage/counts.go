package storage

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"ratchet"
)

// Statistics and totals are read from execution_counts. The counters hold the
// executions that had ended when the writer last folded them in; what changed
// since is read from the executions themselves, in the same snapshot. So the
// sum is exact after any write, a write pays nothing, and only the deletion of
// counted executions has to take them out again.

// countStep is how many new executions are folded into the counters at once.
const countStep = 256

// notCounted selects the executions that the counters do not hold.
const notCounted = `(SELECT id FROM uncounted UNION ALL SELECT id FROM executions WHERE id > (SELECT upto FROM counted))`

// bucketOf is the histogram bucket of an execution AS x.
const bucketOf = `CASE WHEN x.duration IS NULL THEN -1
	ELSE coalesce((SELECT max(low) FROM duration_buckets WHERE low <= x.duration), 0) END`

// cellsOf writes rows of status, low, n and total as the cells of a counter.
const cellsOf = `CAST(group_concat(status || ' ' || low || ' ' || n || ' ' || total, ' ') AS BLOB)`

// fold brings the counters up to the last execution written.
func (t *tx) fold() error {
	err := t.exec("count executions", `INSERT INTO task_names (task_id, task_name, tests)
		SELECT DISTINCT x.task_id, x.task_name, x.origin = 1 FROM `+notCounted+` AS i CROSS JOIN executions AS x ON x.id = i.id
		WHERE NOT EXISTS (SELECT 1 FROM task_names AS t WHERE t.task_id = x.task_id AND t.task_name = x.task_name AND t.tests = (x.origin = 1))`)
	if err != nil {
		return err
	}
	if err := t.count(notCounted, 1); err != nil {
		return err
	}
	for _, s := range []string{
		"DELETE FROM uncounted WHERE (SELECT status FROM executions WHERE executions.id = uncounted.id) >= 2",
		"INSERT INTO uncounted SELECT id FROM executions WHERE id > (SELECT upto FROM counted) AND status < 2",
	} {
		if err := t.exec("count executions", s); err != nil {
			return err
		}
	}
	return t.exec("count executions", "UPDATE counted SET upto = ?", t.w.number)
}

// uncount takes the executions in temp.doomed out of the counters, before they
// are deleted.
func (t *tx) uncount() error {
	const counted = "(SELECT id FROM temp.doomed WHERE id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted))"
	if err := t.count(counted, -1); err != nil {
		return err
	}
	return t.exec("count deleted executions", "DELETE FROM uncounted WHERE id IN "+doomed)
}

// counterKey is the key of a row of execution_counts.
type counterKey struct{ span, task, start int64 }

// count adds the ended executions of a selection of ids, times each.
func (t *tx) count(ids string, times int64) error {
	changes, orders := map[counterKey]cells{}, orderChanges{}
	totals := map[[2]int64]int64{}
	err := each(context.Background(), t.conn, "count executions", func(r *sql.Rows) error {
		var task, tests, hour int64
		var text []byte
		if err := r.Scan(&task, &tests, &hour, &text); err != nil {
			return err
		}
		return readRecords(text, make([]int64, 7), func(v []int64) {
			c, b := cellKey{v[0], v[1]}, bucket{times * v[2], times * v[3]}
			totals[[2]int64{task, c.status}] += b.n
			for span := range int64(spans) {
				k := counterKey{span, task, hour / spanWidth(span)}
				if span == spanHours || span == spanDays {
					k.task = -tests
				}
				if changes[k] == nil {
					changes[k] = cells{}
				}
				changes[k].add(c, b)
			}
			orders.add(tests, colID, v[4], c.status, b.n)
			orders.add(tests, colQueued, hour, c.status, b.n)
			for i, column := range []column{colStarted, colCompleted} {
				if at := v[5+i]; at != absentTime {
					orders.add(tests, column, at, c.status, b.n)
				}
			}
			if c.low >= 0 {
				orders.add(tests, colDuration, c.low, c.status, b.n)
			}
		})
	}, `SELECT task, tests, hour, CAST(group_concat(status || ' ' || low || ' ' || n || ' ' || total || ' ' || block || ' ' || started || ' ' || completed, ' ') AS BLOB) FROM (
		SELECT t.id AS task, t.tests AS tests, x.queued_at / 3600000000 * 3600000000 AS hour, x.status AS status, `+bucketOf+` AS low,
			`+floorSQL("x.id", fewNumbers)+` AS block, coalesce(`+floorSQL("x.started_at", microHour)+`, -1) AS started,
			coalesce(`+floorSQL("x.completed_at", microHour)+`, -1) AS completed, count(*) AS n, coalesce(sum(x.duration), 0) AS total
		FROM `+ids+` AS i CROSS JOIN executions AS x ON x.id = i.id
			CROSS JOIN task_names AS t ON t.task_id = x.task_id AND t.task_name = x.task_name AND t.tests = (x.origin = 1)
		WHERE x.status >= 2 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) GROUP BY 1, 2, 3`)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := t.countTotals(totals); err != nil {
		return err
	}
	if err := t.countOrders(orders); err != nil {
		return err
	}
	return t.countCells(changes)
}

// countTotals adds to the numbers of each task and status.
func (t *tx) countTotals(totals map[[2]int64]int64) error {
	var b bulk
	for k, n := range totals {
		b.begin()
		b.int(k[0])
		b.int(k[1])
		b.int(n)
		b.end()
	}
	return t.exec("count executions", `INSERT INTO task_counts SELECT value->>0, value->>1, value->>2 FROM json_each(?1)
		WHERE 1 ON CONFLICT DO UPDATE SET n = n + excluded.n`, b.args()[0])
}

// countCells adds to the cells of counters.
func (t *tx) countCells(changes map[counterKey]cells) error {
	var keys bulk
	for k := range changes {
		keys.begin()
		keys.int(k.span)
		keys.int(k.task)
		keys.int(k.start)
		keys.end()
	}
	const named = `FROM json_each(?) AS j CROSS JOIN execution_counts AS c
		ON c.span = j.value->>0 AND c.task = j.value->>1 AND c.start = j.value->>2`
	err := each(context.Background(), t.conn, "count executions", func(r *sql.Rows) error {
		var k counterKey
		var text []byte
		if err := r.Scan(&k.span, &k.task, &k.start, &text); err != nil {
			return err
		}
		return readCells(text, changes[k].add)
	}, "SELECT c.span, c.task, c.start, c.cells "+named, keys.args()[0])
	if err != nil {
		return err
	}
	var rows bulk
	for k, c := range changes {
		rows.begin()
		rows.int(k.span)
		rows.int(k.task)
		rows.int(k.start)
		rows.blob(c.text())
		rows.end()
	}
	err = t.exec("count executions", `INSERT INTO execution_counts SELECT value->>0, value->>1, value->>2, coalesce(substr(?2, value->>3, value->>4), x'')
		FROM json_each(?1) WHERE 1 ON CONFLICT DO UPDATE SET cells = excluded.cells`, rows.args()...)
	if err != nil || !slices.ContainsFunc(slices.Collect(maps.Values(changes)), func(c cells) bool { return len(c) == 0 }) {
		return err
	}
	return t.exec("count executions", `DELETE FROM execution_counts WHERE length(cells) = 0 AND (span, task, start) IN
		(SELECT value->>0, value->>1, value->>2 FROM json_each(?))`, keys.args()[0])
}

// foldDue folds when enough executions are new. Only the writer calls it, after a commit.
func (w *writer) foldDue() {
	if w.number-w.folded < countStep {
		return
	}
	w.folded = w.number // also when it fails: what is not counted is read
	o := &op{fn: (*tx).fold}
	if w.commit([]*op{o}); o.err != nil {
		w.db.log.Warn("executions could not be added to the counters", "error", o.err)
	}
}

// totals is SQL for the number of executions of each task and status: status
// and n, under the conditions of a query on tasks.
func (query StatsQuery) totals(ctx context.Context) (string, []any) {
	named, args := query.tasks(ctx, "t")
	inRow, _ := query.tasks(ctx, "x")
	return `(SELECT c.status AS status, c.n AS n FROM task_names AS t CROSS JOIN task_counts AS c ON c.task = t.id WHERE ` + query.Tests.named("t") + ` AND ` + named + `
		UNION ALL SELECT x.status, 1 FROM ` + notCounted + ` AS i CROSS JOIN executions AS x ON x.id = i.id WHERE ` + query.Tests.inRow("x") + ` AND ` + inRow + `)`,
		slices.Concat(args, args)
}

// countByStatus counts the executions that ctx may see by their status.
func countByStatus(ctx context.Context, q querier, tests Tests, counts map[ratchet.Status]int64) error {
	from, args := StatsQuery{Tests: tests}.totals(ctx)
	return each(ctx, q, "count executions", func(r *sql.Rows) error {
		var status, n int64
		err := r.Scan(&status, &n)
		if n > 0 {
			counts[statusName(status)] = n
		}
		return err
	}, "SELECT status, sum(n) FROM "+from+" GROUP BY status", args...)
}
