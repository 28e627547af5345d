package audit

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ratchet/storage"
)

// file writes audit-YYYY-MM-DD.jsonl, a new one for each UTC day of the
// entries. A clock that was put back over midnight begins another file of its
// day, audit-YYYY-MM-DD.2.jsonl, so that each file follows the one before it.
// It is not safe for concurrent use.
type file struct {
	dir   string
	day   string
	out   *os.File
	dirty bool   // written since the last sync
	last  int64  // sequence of the last line written
	ahead string // what the table has lost, as the files show; empty = nothing
}

// line is one line of a file.
type line struct {
	Seq   int64           `json:"seq"`
	Prev  string          `json:"prev"`
	Hash  string          `json:"hash"`
	Entry json.RawMessage `json:"entry"`
}

const (
	filePrefix = "audit-"
	fileSuffix = ".jsonl"
)

func (f *file) write(rows []*storage.AuditRow) error {
	var buf bytes.Buffer
	flush := func() error {
		if buf.Len() == 0 || f.out == nil {
			return nil
		}
		_, err := f.out.Write(buf.Bytes()) // one write: lines of a killed server are whole but for the last
		buf.Reset()
		f.dirty = true
		return err
	}
	for _, r := range rows {
		if r.Seq <= f.last {
			continue // caught up with from the table
		}
		if day := r.At.UTC().Format(time.DateOnly); day != f.day || f.out == nil {
			if err := errors.Join(flush(), f.turn(day)); err != nil {
				return err
			}
		}
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false) // the entry stays byte for byte as it is in the table
		if err := enc.Encode(line{r.Seq, hex.EncodeToString(r.Prev), hex.EncodeToString(r.Hash), r.Body}); err != nil {
			return fmt.Errorf("encode an audit entry: %w", err)
		}
	}
	if err := flush(); err != nil || len(rows) == 0 {
		return err
	}
	f.last = max(f.last, rows[len(rows)-1].Seq) // all of them may be in the file already
	return nil
}

// turn closes the file of the day before and opens that of day.
func (f *file) turn(day string) error {
	if err := f.close(); err != nil {
		return err
	}
	path, err := f.path(day)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the audit file: %w", err)
	}
	f.out, f.day = out, day
	return nil
}

// path is where entries of a day go: the newest file if it is of that day, else
// one that does not exist.
func (f *file) path(day string) (string, error) {
	list, err := files(f.dir)
	if err != nil {
		return "", err
	}
	if len(list) > 0 && dayOf(list[len(list)-1]) == day {
		return list[len(list)-1], nil
	}
	path := filepath.Join(f.dir, filePrefix+day+fileSuffix)
	for n := 2; slices.Contains(list, path); n++ {
		path = filepath.Join(f.dir, fmt.Sprintf("%s%s.%d%s", filePrefix, day, n, fileSuffix))
	}
	return path, nil
}

// dayOf is the day of a file of the audit.
func dayOf(path string) string {
	day, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), filePrefix), ".")
	return day
}

func (f *file) sync() error {
	if f.out == nil || !f.dirty {
		return nil
	}
	f.dirty = false
	return f.out.Sync()
}

func (f *file) close() error {
	if f.out == nil {
		return nil
	}
	err := errors.Join(f.sync(), f.out.Close())
	f.out = nil
	return err
}

// files are the paths of the audit's files in dir, in the order of what they
// hold; one without a whole line at its begin follows the one before it by name.
func files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // by name
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the audit files: %w", err)
	}
	var list []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filePrefix) && strings.HasSuffix(e.Name(), fileSuffix) {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	first, before := make(map[string]int64, len(list)), int64(0)
	for _, path := range list {
		if before, err = firstOf(path, before); err != nil {
			return nil, err
		}
		first[path] = before
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(first[a], first[b]) })
	return list, nil
}

// firstOf is the sequence of the first line of a file, or none.
func firstOf(path string, none int64) (int64, error) {
	first := none
	err := eachLine(path, func(l line, _ int64) error {
		first = l.Seq
		return errFound
	})
	if err != nil && !errors.Is(err, errFound) && !errors.Is(err, errBadLine) {
		return 0, err
	}
	return first, nil
}

// errFound ends the reading of a file.
var errFound = errors.New("found")

// catchUp appends to the files what a killed server could not write. Files
// that other users could read become private.
func (f *file) catchUp(ctx context.Context, db *storage.DB, log *slog.Logger) error {
	list, err := files(f.dir)
	if err != nil {
		return err
	}
	storage.KeepPrivate(log, list...)
	last, err := f.repair()
	if err != nil {
		return err
	}
	head, _, err := db.AuditHead(ctx)
	if err != nil {
		return err
	}
	f.last = max(f.last, last)
	if head > last {
		if err := db.Sync(ctx); err != nil { // see Log.drain
			return err
		}
	}
	if f.ahead = ""; last > head {
		f.ahead = aheadNote(last, head)
	}
	for last < head { // those that follow may not be on the disk; they are announced
		rows, err := db.AuditAfter(ctx, last, int(min(head-last, 1000)))
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(r *storage.AuditRow) bool { return r.Seq > head })
		if len(rows) == 0 {
			break // retention removed them
		}
		if err := f.write(rows); err != nil {
			return err
		}
		last = rows[len(rows)-1].Seq
	}
	return f.sync()
}

// repair cuts a half-written last line off the newest file and returns the
// sequence of its last whole one; 0 = there is none.
func (f *file) repair() (int64, error) {
	list, err := files(f.dir)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	for _, path := range slices.Backward(list) {
		var last, size int64
		err := eachLine(path, func(l line, end int64) error {
			last, size = l.Seq, end
			return nil
		})
		if err != nil && !errors.Is(err, errBadLine) {
			return 0, err
		}
		if errors.Is(err, errBadLine) {
			if err := os.Truncate(path, size); err != nil {
				return 0, fmt.Errorf("repair the audit file: %w", err)
			}
		}
		if last > 0 {
			return last, nil
		}
	}
	return 0, nil
}

var errBadLine = errors.New("a line is not whole")

// eachLine calls fn for the lines of a file with the offset where each ends.
func eachLine(path string, fn func(l line, end int64) error) error {
	in, err := os.Open(path) //nolint:gosec // named by our own pattern in our own folder
	if err != nil {
		return fmt.Errorf("read the audit file: %w", err)
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	var end int64
	for {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if len(text) > 0 {
				return errBadLine
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the audit file: %w", err)
		}
		var l line
		if json.Unmarshal(text, &l) != nil {
			return errBadLine
		}
		end += int64(len(text))
		if err := fn(l, end); err != nil {
			return err
		}
	}
}

// forget removes files of days that are over before the given time and names them.
func (f *file) forget(before time.Time) (removed []string, err error) {
	list, err := files(f.dir)
	if err != nil {
		return nil, err
	}
	for _, path := range list {
		day := dayOf(path)
		at, err := time.Parse(time.DateOnly, day)
		if err != nil || day == f.day || !at.AddDate(0, 0, 1).Before(before) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return removed, fmt.Errorf("remove an old audit file: %w", err)
		}
		removed = append(removed, filepath.Base(path))
	}
	return removed, nil
}
