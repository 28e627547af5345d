package storage

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSync_writes: a row that keeps its value dirties no page, and a commit
// without one syncs nothing.
func TestSync_writes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	db := openFile(t, path)
	size := func() int64 {
		about, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return about.Size()
	}
	for before := size(); before < 20<<10; {
		if err := db.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := size()
		if now <= before {
			t.Fatalf("the log has %d bytes after a sync, %d before", now, before)
		}
		before = now
	}
}
