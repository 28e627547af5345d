package storage

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestLock_oneWriterByEveryName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ratchet.db")
	openFile(t, path)
	other := filepath.Join(t.TempDir(), "other.db")
	if err := os.Symlink(path, other); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, other, "file:" + path} {
		if _, err := Open(t.Context(), Config{Path: name}); !errors.Is(err, ErrHeld) {
			t.Errorf("a second writer by %s: %v", name, err)
		}
	}
	linked := filepath.Join(dir, "linked.db")
	if err := os.Link(path, linked); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), Config{Path: linked}); err == nil {
		_ = db.Close()
		t.Error("a second writer by a hard link")
	}
}
