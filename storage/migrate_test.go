package storage

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// TestOlderBuildRefuses: a build that knows fewer migrations does not touch
// the file of a newer one.
func TestOlderBuildRefuses(t *testing.T) {
	db := openTemp(t)
	steps, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	for known := range steps {
		if err := db.migrate(context.Background(), steps[:known]); ratchet.CodeOf(err) != ratchet.CodeConfig {
			t.Errorf("with %d of %d migrations: %v", known, len(steps), err)
		}
	}
}

// TestCountsOfFormerData: the migration that adds the counters fills them.
func TestCountsOfFormerData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	dsn := "file:" + path
	c := raw(t, dsn)
	steps, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	must(t, c, "CREATE TABLE migrations (version INTEGER PRIMARY KEY, name BLOB NOT NULL, checksum BLOB NOT NULL, applied_at INTEGER NOT NULL)")
	must(t, c, "INSERT INTO migrations VALUES (1, x'61', CAST(? AS BLOB), 0)", steps[0].checksum)
	for _, s := range splitSQL(steps[0].sql) {
		must(t, c, s)
	}
	h, err := pack(&head{Version: "1.0.0", Attempt: 1})
	if err != nil {
		t.Fatal(err)
	}
	must(t, c, `INSERT INTO executions (uuid, task_id, task_name, status, origin, queued_at, started_at, completed_at, duration, head)
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
		SELECT CAST(printf('%032x', i) AS BLOB), CAST('task-' || (i % 5) AS BLOB), CAST('name' || (i % 5) AS BLOB),
			i % 6, 0, 1700000000000000 + i * 600000000, 1700000000000000, 1700000000000000, CASE WHEN i % 6 > 1 THEN i * 100 END, ? FROM n`, h)
	db := openFile(t, path)
	for _, by := range []string{"", "status", "task", "hour", "day"} {
		all, groups, err := db.ExecutionStats(context.Background(), StatsQuery{GroupBy: by})
		if err != nil {
			t.Fatal(err)
		}
		var grouped int64
		for _, g := range groups {
			for _, n := range g.Counts {
				grouped += n
			}
		}
		if by != "" && grouped != 1200 {
			t.Errorf("by %s: %d executions, want 1200", by, grouped)
		}
		for _, s := range statuses() {
			if all.Counts[s] != 200 {
				t.Errorf("by %s: %d are %s, want 200", by, all.Counts[s], s)
			}
		}
	}
}

// TestCountsApartOfFormerData: the migration that counts test runs apart fills
// the counters with what the writer would have counted.
func TestCountsApartOfFormerData(t *testing.T) {
	db := openTemp(t)
	storeSpread(t, db, 300)
	noFault(t, db.InsertExecution(t.Context(), &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusPending}))
	noFault(t, db.write(t.Context(), true, (*tx).fold))
	orders, others := orderCounts(t, db), testsApart(t, db)
	if len(orders) < 300 {
		t.Fatalf("%d stretches were counted", len(orders))
	}
	steps, err := migrations(migrationFiles)
	noFault(t, err)
	noFault(t, db.write(t.Context(), true, func(t *tx) error {
		for _, s := range append([]string{"DROP INDEX executions_tests"}, splitSQL(steps[5].sql)...) {
			if err := t.exec("count again", s); err != nil {
				return err
			}
		}
		return nil
	}))
	if diff := cmp.Diff(orders, orderCounts(t, db)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(others, testsApart(t, db)); diff != "" {
		t.Error(diff)
	}
}

// testsApart are the statistics without test runs and of them alone.
func testsApart(t *testing.T, db *DB) map[string][]ExecutionStats {
	t.Helper()
	out := map[string][]ExecutionStats{}
	for _, tests := range []Tests{WithoutTests, OnlyTests} {
		for _, by := range []string{"status", "task", "hour", "day"} {
			_, groups, err := db.ExecutionStats(t.Context(), StatsQuery{GroupBy: by, Tests: tests})
			noFault(t, err)
			out[fmt.Sprint(by, tests)] = groups
		}
	}
	return out
}

// orderCounts are all rows of order_counts.
func orderCounts(t *testing.T, db *DB) map[[4]int64]int64 {
	t.Helper()
	rows := map[[4]int64]int64{}
	noFault(t, db.read(t.Context(), func(q querier) error {
		return each(t.Context(), q, "read", func(r *sql.Rows) error {
			var k [4]int64
			var n int64
			err := r.Scan(&k[0], &k[1], &k[2], &k[3], &n)
			rows[k] = n
			return err
		}, "SELECT sort, width, start, status, n FROM order_counts")
	}))
	return rows
}
