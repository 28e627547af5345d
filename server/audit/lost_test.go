package audit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet/server/audit"
)

// written makes a database with three days of entries and their files.
func written(t *testing.T) (dir, path string, now *clock) {
	t.Helper()
	dir = t.TempDir()
	path, now = filepath.Join(dir, "a.db"), &clock{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	for range 3 {
		session(t, dir, path, now)
		now.set(now.read().AddDate(0, 0, 1))
	}
	return dir, path, now
}

// session opens and closes the audit with one entry between, and returns what
// it said of itself.
func session(t *testing.T, dir, path string, now *clock) string {
	t.Helper()
	db := store(t, path)
	l, err := audit.Open(t.Context(), audit.Config{Store: db, Dir: dir, Now: now.read})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, l, db)
	if err := l.Record(t.Context(), audit.Entry{Type: audit.Login, User: "ada"}); err != nil {
		t.Fatal(err)
	}
	return l.Problem()
}

func verify(t *testing.T, dir, path string) audit.Verification {
	t.Helper()
	db := store(t, path)
	defer func() { _ = db.Close() }()
	v, err := audit.Verify(t.Context(), db, dir)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVerify_filesThatAreGone(t *testing.T) {
	for name, pattern := range map[string]string{
		"the first": "audit-2026-05-01.jsonl", "one between": "audit-2026-05-02.jsonl",
		"the last": "audit-2026-05-03.jsonl", "all": "audit-*.jsonl",
	} {
		t.Run(name, func(t *testing.T) {
			dir, path, _ := written(t)
			if v := verify(t, dir, path); !v.Whole() || v.Files != 3 {
				t.Fatalf("before: %+v", v)
			}
			gone, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(gone) == 0 {
				t.Fatal(gone, err)
			}
			for _, f := range gone {
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
			if v := verify(t, dir, path); v.Whole() || v.Broken != 0 {
				t.Errorf("a file is gone, and nothing is said: %+v", v)
			}
		})
	}
}

func TestOpen_databaseThatLostEntries(t *testing.T) {
	dir, path, now := written(t)
	older := snapshot(t, path)
	if problem := session(t, dir, path, now); problem != "" {
		t.Fatalf("a whole audit: %s", problem)
	}
	// Another place: the driver closes its files a moment after Close returns,
	// and SQLite goes by the inode, which a file made now could be given again.
	path = filepath.Join(t.TempDir(), "a.db")
	for suffix, data := range older { // the newest writes are gone
		if err := os.WriteFile(path+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if v := verify(t, dir, path); v.Whole() || !strings.Contains(v.FileNote, "lost its newest writes") {
		t.Errorf("verification = %+v", v)
	}
	if problem := session(t, dir, path, now); !strings.Contains(problem, "lost its newest writes") {
		t.Errorf("the start said %q", problem)
	}
}

// snapshot reads the files of a closed database, by what they add to its name.
func snapshot(t *testing.T, path string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out[suffix] = data
	}
	return out
}

// TestVerify_markup: texts with characters that JSON may escape are the same in
// the files and in the table, also in lines that escape them.
func TestVerify_markup(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	db := store(t, path)
	l, err := audit.Open(t.Context(), audit.Config{Store: db, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	err = l.Record(t.Context(), audit.Entry{Type: audit.Login, User: "ada", Message: "a < b && c > d\u2028"})
	closeAll(t, l, db)
	if err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, path); !v.Whole() {
		t.Errorf("as written: %+v", v)
	}
	list, err := filepath.Glob(filepath.Join(dir, "audit-*.jsonl"))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	text, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	escaped := strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(string(text))
	if err := os.WriteFile(list[0], []byte(escaped), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, dir, path); escaped == string(text) || !v.Whole() {
		t.Errorf("escaped: %+v", v)
	}
}
