package audit_test

import (
	"path/filepath"
	"testing"
	"time"

	"ratchet/server/audit"
)

// TestClockPutBack: a clock that goes back over midnight, as often as it likes,
// leaves files that follow each other, also across restarts.
func TestClockPutBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ratchet.db")
	now := &clock{}
	evening := time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC)
	for range 2 { // each begins with a start
		for _, at := range []time.Time{evening, evening.Add(time.Hour), evening, evening.Add(2 * time.Hour)} {
			now.set(at)
			db := store(t, path)
			l, err := audit.Open(t.Context(), audit.Config{Store: db, Dir: dir, Now: now.read})
			if err != nil {
				t.Fatal(err)
			}
			for _, minutes := range []int{0, 45, 0} { // over midnight and back in one run too
				now.set(at.Add(time.Duration(minutes) * time.Minute))
				l.Note(t.Context(), audit.Entry{Type: audit.Violation, Operation: "try"})
				if err := l.Record(t.Context(), audit.Entry{Type: audit.Violation, Operation: "sure"}); err != nil {
					t.Fatal(err)
				}
			}
			closeAll(t, l, db)
			if v := verify(t, dir, path); !v.Whole() {
				t.Fatalf("after %v: %+v", at, v)
			}
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "audit-2026-11-30.*.jsonl")); err != nil || len(files) == 0 {
		t.Errorf("the clock made no further file of its day: %v, %v", files, err)
	}
}
