package storage

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSync_writes: a row that is written as it was dirties no page, and a
// commit without a dirty page syncs nothing.
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
	for range 3 {
		before := size()
		if err := db.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now := size(); now <= before {
			t.Fatalf("the write-ahead log has %d bytes after a sync, %d before", now, before)
		}
	}
}
