package storage

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ratchet"
)

func auditRow(kind, resource string) *AuditRow {
	return &AuditRow{
		At: time.Now(), Type: kind, Severity: "info", Principal: "user:1", Resource: resource,
		Body: fmt.Appendf(nil, `{"operation":"test","resource":%q}`, resource),
	}
}

// verify fails the test unless the chain has that many entries and is whole.
func verify(t *testing.T, db *DB, entries int64) AuditCheck {
	t.Helper()
	c, err := db.VerifyAudit(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c.Broken != 0 || c.Entries != entries {
		t.Errorf("chain = %+v, want %d good entries", c, entries)
	}
	return c
}

func TestAuditIsAChainInOrder(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", filepath.Join(t.TempDir(), "a.db")} {
		db, err := Open(t.Context(), Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var heard []*AuditRow // by the writer's goroutine alone
		db.OnAudit(func(rows []*AuditRow) { heard = append(heard, rows...) })
		verify(t, db, 0)
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				if err := db.AppendAudit(context.Background(), auditRow("resource_created", fmt.Sprint(i)), auditRow("resource_read", "")); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		c := verify(t, db, 100)
		seq, hash, err := db.AuditHead(t.Context())
		if err != nil || seq != 100 || !bytes.Equal(hash, c.HeadHash) {
			t.Errorf("head = %d %x, %v; the table has %d %x", seq, hash, err, c.Head, c.HeadHash)
		}
		if len(heard) != 100 {
			t.Fatalf("heard of %d entries", len(heard))
		}
		for i, r := range heard {
			if r.Seq != int64(i+1) || (i > 0 && !bytes.Equal(r.Prev, heard[i-1].Hash)) {
				t.Fatalf("entry %d is out of order: %+v", i, r)
			}
		}
	}
}

func TestAuditGoesWithTheWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	db, err := Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	rider := NewAttachedEntry(func() *AuditRow { return auditRow("resource_created", "task one") })
	ctx := WithAttachedEntry(t.Context(), rider)
	if err := db.CreateTask(ctx, &ratchet.Task{Name: "one", Version: "1.0.0"}, "", ""); err != nil {
		t.Fatal(err)
	}
	if !rider.Stored(ctx, db) {
		t.Error("the entry did not go with the write")
	}
	again := NewAttachedEntry(func() *AuditRow { return auditRow("resource_created", "task one again") })
	if err := db.CreateTask(WithAttachedEntry(t.Context(), again), &ratchet.Task{Name: "one", Version: "1.0.0"}, "", ""); err == nil {
		t.Fatal("a name was taken twice")
	}
	if again.Stored(ctx, db) {
		t.Error("the entry of a failed write is stored")
	}
	idle := NewAttachedEntry(func() *AuditRow { panic("nothing was written") })
	if idle.Stored(WithAttachedEntry(t.Context(), idle), db) {
		t.Error("an entry without a write is stored")
	}
	before := verify(t, db, 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, err = Open(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if after := verify(t, db, 1); !bytes.Equal(before.HeadHash, after.HeadHash) {
		t.Error("the head changed")
	}
	if err := db.AppendAudit(t.Context(), auditRow("system_start", "")); err != nil {
		t.Fatal(err)
	}
	verify(t, db, 2)
}

func TestAuditShowsTampering(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		sql    string
		broken int64
	}{
		"body":      {"UPDATE audit SET body = CAST('{}' AS BLOB) WHERE seq = 5", 5},
		"principal": {"UPDATE audit SET principal = CAST('user:2' AS BLOB) WHERE seq = 5", 5},
		"type":      {"UPDATE audit SET type = CAST('x' AS BLOB) WHERE seq = 5", 5},
		"time":      {"UPDATE audit SET at = at + 1 WHERE seq = 5", 5},
		"hash":      {"UPDATE audit SET hash = zeroblob(32) WHERE seq = 5", 5},
		"removed":   {"DELETE FROM audit WHERE seq = 5", 5},
		"first":     {"DELETE FROM audit WHERE seq = 1", 1},
		"swapped":   {"UPDATE audit SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6)", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := Open(t.Context(), Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for i := range 10 {
				if err := db.AppendAudit(t.Context(), auditRow("resource_created", fmt.Sprint(i))); err != nil {
					t.Fatal(err)
				}
			}
			verify(t, db, 10)
			err = db.write(t.Context(), true, func(tx *tx) error {
				if err := tx.exec("tamper", change.sql); err != nil {
					return err
				}
				return tx.exec("tamper", "UPDATE audit SET seq = -seq WHERE seq < 0")
			})
			if err != nil {
				t.Fatal(err)
			}
			c, err := db.VerifyAudit(t.Context(), 0, 0)
			if err != nil || c.Broken != change.broken || c.Reason == "" {
				t.Errorf("check = %+v, %v; want %d broken", c, err, change.broken)
			}
		})
	}
}

func TestAuditForgetsAndStaysVerifiable(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10 {
		r := auditRow("resource_created", fmt.Sprint(i))
		r.At = day.AddDate(0, 0, i)
		if err := db.AppendAudit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct{ before, removed, left int64 }{{4, 4, 6}, {4, 0, 6}, {7, 3, 3}, {99, 3, 0}, {99, 0, 0}} {
		removed, err := db.ForgetAudit(t.Context(), day.AddDate(0, 0, int(step.before)))
		if err != nil || removed != step.removed {
			t.Fatalf("removed %d, %v; want %d", removed, err, step.removed)
		}
		verify(t, db, step.left)
	}
	if err := db.AppendAudit(t.Context(), auditRow("system_start", "")); err != nil {
		t.Fatal(err)
	}
	if c := verify(t, db, 1); c.Removed != 10 || c.Head != 11 {
		t.Errorf("check = %+v", c)
	}
	rows, err := db.AuditAfter(t.Context(), 0, 10)
	if err != nil || len(rows) != 1 || !bytes.Equal(rows[0].hash(rows[0].Prev), rows[0].Hash) {
		t.Errorf("entries = %+v, %v", rows, err)
	}
}

func TestListAudit(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 5 {
		if err := db.AppendAudit(t.Context(), auditRow([]string{"resource_created", "auth_failed"}[i%2], fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	page, err := db.ListAudit(t.Context(), ratchet.Query{Filters: []ratchet.Filter{
		{Field: "type", Operator: ratchet.OpEQ, Value: "auth_failed"},
		{Field: "operation", Operator: ratchet.OpEQ, Value: "test"},
	}})
	if err != nil || page.Total != 2 || page.Items[0].Resource != "3" || page.Items[1].Resource != "1" {
		t.Errorf("page = %+v, %v", page, err)
	}
}

func TestCallsOfADayAreAdded(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, add := range []struct{ day, n int64 }{{10, 3}, {10, 4}, {11, 1}} {
		if err := db.AddCalls(t.Context(), add.day, map[string]int64{"user:1": add.n}); err != nil {
			t.Fatal(err)
		}
	}
	for day, want := range map[int64]int64{9: 0, 10: 7, 11: 1} {
		if n, err := db.CallsOn(t.Context(), "user:1", day); err != nil || n != want {
			t.Errorf("day %d: %d, %v; want %d", day, n, err, want)
		}
	}
}
