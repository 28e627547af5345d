package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ratchet"
)

// Inspection is what Inspect saw.
type Inspection struct {
	Schema int // the last migration that was applied
	Tasks  int

	Refused []error             // of tasks that declare a secret which is not granted to them
	Holders map[string][]string // tasks that hold a secret which is bound to nothing, by the secret's name
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
	} else if _, none := os.Stat(path + "-shm"); errors.Is(none, fs.ErrNotExist) {
		dir, failed := apart(path)
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if failed != nil {
			return in, openError(failed)
		}
		path = filepath.Join(dir, filepath.Base(path))
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
	var tasks []*ratchet.Task
	for rows.Next() {
		var row taskRow
		if err := rows.Scan(row.dest()...); err != nil {
			return in, openError(driverError("read tasks", err))
		}
		in.Tasks++
		if t, err := row.task(); err == nil { // one that cannot be read is reported by `audit verify`
			visit(t)
			tasks = append(tasks, declarer(t))
		}
	}
	if err := rows.Err(); err != nil {
		return in, openError(driverError("read tasks", err))
	}
	return in, openError(in.secrets(ctx, pool, tasks))
}

// apart copies a database with its log into a new folder: to read them where
// they are would make the shared memory beside them, which a copy of a directory
// may lack. The caller removes dir, also after an error.
func apart(path string) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "ratchet-inspect-"); err != nil {
		return "", fmt.Errorf("make a folder to look at the database in: %w", err)
	}
	for _, name := range []string{path, path + "-wal"} {
		if err := copyFile(name, filepath.Join(dir, filepath.Base(name))); err != nil {
			return dir, fmt.Errorf("copy the database to look at it: %w", err)
		}
	}
	return dir, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// declarer is what of a task says which secrets it declares.
func declarer(t *ratchet.Task) *ratchet.Task {
	return &ratchet.Task{ID: t.ID, Name: t.Name, Metadata: t.Metadata}
}

// secrets looks at what tasks declare and hold. Earlier schemas have no secrets.
func (in *Inspection) secrets(ctx context.Context, q querier, tasks []*ratchet.Task) error {
	var known bool
	err := one(ctx, q, "look for secrets", []any{&known}, "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'secret_holders')")
	if err != nil || !known {
		return err
	}
	for _, t := range tasks {
		if err := mayDeclare(ctx, q, t); err != nil {
			in.Refused = append(in.Refused, err)
		}
	}
	in.Holders, err = secretHolders(ctx, q)
	return err
}
