package storage

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ratchet"
)

// TestInspectCopiesWithoutSharedMemory: a directory that was copied while a
// server had it open, with the log and without the shared memory, is looked at
// as it is, and stays as it is.
func TestInspectCopiesWithoutSharedMemory(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	db := openFile(t, filepath.Join(from, "ratchet.db"))
	task := ratchet.Task{Name: "add", Version: "1.0.0", Code: "export default () => 1"}
	if err := db.CreateTask(t.Context(), &task, "made", "test"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ratchet.db", "ratchet.db-wal"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), data, 0o600)
		}
		if err != nil || len(data) == 0 {
			t.Fatalf("%s has %d bytes: %v", name, len(data), err)
		}
	}
	state := func() (list []string) {
		for _, name := range []string{"ratchet.db", "ratchet.db-wal"} {
			data, err := os.ReadFile(filepath.Join(to, name))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(data))
		}
		entries, err := os.ReadDir(to)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	before, seen := state(), []string{}
	about, err := Inspect(context.Background(), filepath.Join(to, "ratchet.db"), func(t *ratchet.Task) { seen = append(seen, t.Name) })
	if err != nil || about.Tasks != 1 || !slices.Equal(seen, []string{"add"}) {
		t.Errorf("%+v, %v, %v", about, seen, err)
	}
	if after := state(); !slices.Equal(before, after) {
		t.Errorf("the directory holds %q, held %q", after[2:], before[2:])
	}
}
