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

// Inspect looks at a located database that no process has open, without making
// or migrating anything. Its error is fs.ErrNotExist where there is none and
// ErrHeld where a process has it.
func Inspect(ctx context.Context, path string) (in Inspection, err error) {
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
	pool, err := openPool((&url.URL{Scheme: "file", OmitHost: true, Path: path}).String(), readPragmas())
	if err != nil {
		return in, openError(err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM migrations").Scan(&in.Schema); err != nil {
		return in, openError(driverError("read migrations", err))
	}
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM tasks").Scan(&in.Tasks); err != nil {
		return in, openError(driverError("count tasks", err))
	}
	return in, nil
}
