package storage

import (
	"context"
	"slices"
	"testing"
	"time"

	"ratchet"
)

// storedExecutions is how many rows the lists are measured over.
const storedExecutions = 200_000

// BenchmarkList is one page of 50 with its total, by filter and sort.
func BenchmarkList(b *testing.B) {
	db := openTemp(b)
	fillExecutions(b, db, storedExecutions)
	is := func(field string, value any) ratchet.Filter {
		return ratchet.Filter{Field: field, Operator: ratchet.OpEQ, Value: value}
	}
	since := time.Unix(1_700_000_000, 0).Add((storedExecutions - 1000) * time.Second).UTC().Format(time.RFC3339)
	cases := []struct {
		name  string
		query ratchet.Query
	}{
		{"newest", ratchet.Query{}},
		{"completed", ratchet.Query{Filters: []ratchet.Filter{is("status", "completed")}}},
		{"failed", ratchet.Query{Filters: []ratchet.Filter{is("status", "failed")}}},
		{"running", ratchet.Query{Filters: []ratchet.Filter{is("status", "running")}}},
		{"task", ratchet.Query{Filters: []ratchet.Filter{is("task_id", "task-7")}}},
		{"task+status", ratchet.Query{Filters: []ratchet.Filter{is("task_id", "task-7"), is("status", "completed")}}},
		{"recent", ratchet.Query{Filters: []ratchet.Filter{{Field: "queued_after", Operator: ratchet.OpEQ, Value: since}}}},
		{"by duration", ratchet.Query{SortBy: "duration", Desc: true}},
		{"deep", ratchet.Query{Offset: storedExecutions / 2}},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				if _, err := db.ListExecutionHeads(context.Background(), c.query); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// fillExecutions stores n executions of 50 tasks, a second apart: 1 % failed,
// three running, the rest completed.
func fillExecutions(b *testing.B, db *DB, n int) {
	h, err := pack(&head{Version: "1.0.0", Attempt: 1})
	if err != nil {
		b.Fatal(err)
	}
	err = db.write(context.Background(), true, func(t *tx) error {
		return t.exec("fill", `INSERT INTO executions (uuid, task_id, task_name, status, origin, queued_at, started_at,
			completed_at, duration, head, input, output)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
			SELECT CAST(printf('%032x', i) AS BLOB), CAST('task-' || (i % 50) AS BLOB), CAST('name' || (i % 50) AS BLOB),
				CASE WHEN i >= ?1 - 3 THEN 1 WHEN i % 100 = 0 THEN 3 ELSE 2 END, 0,
				(1700000000 + i) * 1000000, (1700000000 + i) * 1000000 + 100, (1700000000 + i) * 1000000 + 5000,
				(i * 7919) % 1000003, ?2, zeroblob(100), zeroblob(100) FROM n`, n, h)
	})
	if err != nil {
		b.Fatal(err)
	}
}
