package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ratchet/storage"
)

// aheadNote says that the table has lost entries that the files still hold.
func aheadNote(files, table int64) string {
	return fmt.Sprintf("the files go on to entry %d but the database ends with entry %d: it lost its newest writes "+
		"(its write-ahead log is gone, or an older copy was put in its place)", files, table)
}

// comparison holds the files against the table.
type comparison struct {
	*Verification
	db   *storage.DB
	rows []*storage.AuditRow // of the table, after the last line
	last int64               // sequence of the last line
}

func (v *Verification) note(format string, args ...any) {
	if v.FileNote == "" {
		v.FileNote = fmt.Sprintf(format, args...)
	}
}

// compare reads the files and holds them against the table. The files hold
// every entry that retention has not removed.
func (v *Verification) compare(ctx context.Context, db *storage.DB, dir string) error {
	list, err := files(dir)
	if err != nil {
		return err
	}
	c := &comparison{Verification: v, db: db}
	for _, path := range list {
		v.Files++
		name := filepath.Base(path)
		err := eachLine(path, func(l line, _ int64) error { return c.line(ctx, name, l) })
		if errors.Is(err, errBadLine) {
			v.note("%s: a line is not whole", name)
		} else if err != nil {
			return err
		}
	}
	return c.rest(ctx, dir)
}

// line compares one line with the row of the table.
func (c *comparison) line(ctx context.Context, file string, l line) error {
	c.Lines++
	switch {
	case c.last > 0 && l.Seq != c.last+1:
		c.note("%s: entry %d follows entry %d", file, l.Seq, c.last)
	case c.last == 0 && l.Seq > c.Removed+1:
		c.note("the files begin with entry %d: those with the entries from %d on are gone, and retention did not remove them", l.Seq, c.Removed+1)
	}
	c.last = l.Seq
	if l.Seq <= c.Removed {
		return nil
	}
	if l.Seq > c.Head {
		c.note("%s: %s", file, aheadNote(l.Seq, c.Head))
		return nil
	}
	if len(c.rows) == 0 || c.rows[0].Seq > l.Seq {
		var err error
		if c.rows, err = c.db.AuditAfter(ctx, l.Seq-1, 1000); err != nil {
			return err
		}
	}
	if len(c.rows) == 0 || c.rows[0].Seq != l.Seq {
		c.note("%s: the table has no entry %d", file, l.Seq)
		return nil
	}
	if hex.EncodeToString(c.rows[0].Hash) != l.Hash || !same(c.rows[0].Body, l.Entry) {
		c.note("%s: entry %d differs from the table", file, l.Seq)
	}
	c.rows = c.rows[1:]
	return nil
}

// same compares the entry of the table with that of a line. Lines were written
// with <, > and & escaped once.
func same(row, entry []byte) bool {
	if bytes.Equal(row, entry) {
		return true
	}
	escaped, err := json.Marshal(json.RawMessage(row))
	return err == nil && bytes.Equal(escaped, entry)
}

// rest looks at what follows the last line. A killed server leaves lines
// unwritten until its next start, but never a whole file.
func (c *comparison) rest(ctx context.Context, dir string) error {
	for after := max(c.last, c.Removed); after < c.Head; {
		rows, err := c.db.AuditAfter(ctx, after, 1000)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			name := filePrefix + r.At.UTC().Format(time.DateOnly) + fileSuffix
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				c.note("%s is gone, which held entry %d, and retention did not remove it", name, r.Seq)
				return nil
			}
		}
		after = rows[len(rows)-1].Seq
	}
	return nil
}
