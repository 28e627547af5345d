package storage

import (
	"testing"

	"ratchet"
)

// TestPanicInTheWriter: what panics after a commit, or in one write of a group,
// leaves no caller waiting and ends no other write.
func TestPanicInTheWriter(t *testing.T) {
	db := openFile(t, t.TempDir()+"/ratchet.db")
	panics := true
	db.OnAudit(func([]*AuditRow) {
		if panics {
			panic("planted")
		}
	})
	if err := db.AppendAudit(t.Context(), auditRow("a", "r")); err != nil {
		t.Errorf("the entry was stored before the panic: %v", err)
	}
	panics = false
	if err := db.AppendAudit(t.Context(), auditRow("b", "r")); err != nil {
		t.Errorf("the next entry: %v", err)
	}
	err := db.write(t.Context(), true, func(*tx) error { panic("planted") })
	if ratchet.CodeOf(err) != ratchet.CodeInternal {
		t.Errorf("a write that panics: %v", err)
	}
	failed := &op{durable: true, fn: func(*tx) error { panic("planted") }, failed: func(error) { panic("planted too") }}
	if err := db.w.do(t.Context(), failed); ratchet.CodeOf(err) != ratchet.CodeInternal {
		t.Errorf("a write whose report panics: %v", err)
	}
	if err := db.write(t.Context(), true, func(t *tx) error { return t.exec("delete", "DELETE FROM claims") }); err != nil {
		t.Errorf("a write after all that: %v", err)
	}
}
