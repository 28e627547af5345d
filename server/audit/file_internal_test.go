package audit

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ratchet/storage"
)

// TestFile_writesAnEntryOnce: entries that the file got from the table are
// announced later, one by one, and are not written again.
func TestFile_writesAnEntryOnce(t *testing.T) {
	f := &file{dir: t.TempDir()}
	rows := func(seqs ...int64) (list []*storage.AuditRow) {
		for _, seq := range seqs {
			list = append(list, &storage.AuditRow{Seq: seq, At: time.Unix(1, 0), Body: []byte(`{}`)})
		}
		return list
	}
	for _, seqs := range [][]int64{{1, 2, 3}, {2}, {3}, {3, 4}} {
		if err := f.write(rows(seqs...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	var got []int64
	if err := eachLine(filepath.Join(f.dir, "audit-1970-01-01.jsonl"), func(l line, _ int64) error {
		got = append(got, l.Seq)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []int64{1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("the file has %v, want %v", got, want)
	}
}

// TestFiles_aFolderThatCannotBeReadIsNotEmpty: else all entries would be
// written again.
func TestFiles_aFolderThatCannotBeReadIsNotEmpty(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"audit-2026-02-01.jsonl", "audit-2026-01-01.jsonl", "audit.log", "other-2026-01-01.jsonl"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := files(dir)
	if want := []string{filepath.Join(dir, "audit-2026-01-01.jsonl"), filepath.Join(dir, "audit-2026-02-01.jsonl")}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := files(list[0]); err == nil {
		t.Errorf("a file is a folder with %v", list)
	}
}
