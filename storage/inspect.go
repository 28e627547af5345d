package storage

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"

	"golang.org/x/sys/unix"

	"ratchet"
)

// Inspection is what Inspect saw.
type Inspection struct {
	Schema int // the last migration that was applied
	Tasks  int
}

// Inspect looks at a located database that no process has open, without making,
// changing or migrating anything, and gives each task to visit. Its error is
// fs.ErrNotExist where there is none and ErrHeld where a process has it.
func Inspect(ctx context.Context, path string, visit func(*ratchet.Task)) (in Inspection, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return in, fs.ErrNotExist
	} else if err != nil {
		return in, ratchet.Errorf(ratchet.CodeConfig, "the database %s cannot be read", path).Wrap(err)
	}
	if f, err := os.Open(path + ".lock"); err == nil {
		defer f.Close()
		if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); err != nil {
			return in, ErrHeld
		}
	}
	options := url.Values{"mode": {"ro"}}
	if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() == 0 {
		options.Set("immutable", "1") // then no shared memory is made beside it
	}
	pool, err := openPool((&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: options.Encode()}).String(), readPragmas())
	if err != nil {
		return in, openError(err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM migrations").Scan(&in.Schema); err != nil {
		return in, openError(driverError("read migrations", err))
	}
	rows, err := pool.QueryContext(ctx, "SELECT "+taskColumns+" FROM tasks AS t")
	if err != nil {
		return in, openError(driverError("read tasks", err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row taskRow
		if err := rows.Scan(row.dest()...); err != nil {
			return in, openError(driverError("read tasks", err))
		}
		in.Tasks++
		if t, err := row.task(); err == nil { // one that cannot be read is reported by `audit verify`
			visit(t)
		}
	}
	return in, rows.Err()
}
