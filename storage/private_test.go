package storage

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
)

// private checks that no file in dir has rights for other users.
func private(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", e.Name(), info.Mode())
		}
	}
	if len(entries) < 4 { // database, log, index and lock
		t.Errorf("%d files in %s", len(entries), dir)
	}
}

func TestOpen_filesArePrivate(t *testing.T) {
	dir := t.TempDir() // exists already, and is open to others
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ratchet.db")
	open := func(log *slog.Logger) *DB {
		db, err := Open(context.Background(), Config{Path: path, Log: log})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.CreateTask(context.Background(), aTask("a"+decimal(int(db.TaskRevision()))), "", ""); err != nil && ratchet.AsError(err).Code != ratchet.CodeConflict {
			t.Fatal(err)
		}
		return db
	}
	var said bytes.Buffer
	db := open(slog.New(slog.NewTextHandler(&said, nil)))
	private(t, dir)
	if !strings.Contains(said.String(), "open to other users") {
		t.Errorf("nothing was said about the directory: %s", said.String())
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", ".lock"} { // as earlier versions left them
		if err := os.Chmod(path+suffix, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	db = open(nil)
	private(t, dir)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_directoryOfEveryone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	db, err := Open(context.Background(), Config{Path: filepath.Join(dir, "ratchet.db")})
	if err == nil {
		t.Fatal(db.Close())
	}
	if e := ratchet.AsError(err); e.Code != ratchet.CodeConfig || !strings.Contains(e.Message, "every user") || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	if _, err := os.Stat(filepath.Join(dir, "ratchet.db")); err == nil {
		t.Error("a database was made in it")
	}
}
