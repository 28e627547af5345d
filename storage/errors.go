package storage

import (
	"database/sql"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"ratchet"
)

// errUnique is what a broken UNIQUE constraint becomes.
var errUnique = errors.New("already exists")

// IsTaken says whether err refuses a name or an email that is in use.
func IsTaken(err error) bool { return errors.Is(err, errUnique) }

// errStale is the cause of a write that was made from an older state of its row.
var errStale = errors.New("changed since it was read")

// IsStale says whether err refuses a write that was made from an older state of its row.
func IsStale(err error) bool { return errors.Is(err, errStale) }

// fault is an error of the driver without the statement and the values the
// driver puts into its text.
type fault struct {
	doing string
	text  string
}

func (f *fault) Error() string { return f.doing + ": " + f.text }

func (f *fault) has(part string) bool { return strings.Contains(f.text, part) }

// driverError wraps an error of the driver, which knows no codes: the text is
// all there is. The text begins with the statement, so only its end is kept.
func driverError(doing string, err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	text := err.Error()
	if i := strings.LastIndex(text, "error code = "); i >= 0 {
		text = text[i+len("error code = "):]
	}
	if strings.Contains(text, "UNIQUE constraint failed") {
		return errUnique
	}
	return publicFault(&fault{doing: doing, text: text})
}

// publicFault tells callers what they can do about a fault.
func publicFault(f *fault) *ratchet.Error {
	switch {
	case f.has("sql: database is closed"), f.has("sql: connection is already closed"):
		return errClosed().Wrap(f)
	case f.has("disk is full"), f.has("disk I/O error"), f.has("no space left"), f.has("file too large"), f.has("quota exceeded"):
		return ratchet.Errorf(ratchet.CodeUnavailable, "the data directory is full or cannot be written; nothing was changed").
			WithHint("free disk space or move the data with --data-dir, then try again").Wrap(f)
	case f.has("readonly database"), f.has("read-only"), f.has("unable to open database"), f.has("permission denied"):
		return ratchet.Errorf(ratchet.CodeUnavailable, "the data directory is read-only; nothing was changed").
			WithHint("make the data directory writable or choose another with --data-dir, then try again").Wrap(f)
	case f.has("locked"), f.has("busy"), f.has("locking protocol"):
		return ratchet.Errorf(ratchet.CodeUnavailable, "the database is in use by another program; nothing was changed").
			WithHint("close the other program, then try again").Wrap(f)
	case f.has("malformed"), f.has("not a database"):
		return ratchet.Errorf(ratchet.CodeInternal, "the database file is damaged").
			WithHint("restore the data directory from a backup; the damaged file was not changed").Wrap(f)
	}
	return ratchet.Errorf(ratchet.CodeInternal, "the database failed to do this; nothing was changed").
		WithHint("try again; if it keeps failing, look up the request id in the server's log").Wrap(f)
}

// directoryError says why the data directory cannot be used.
func directoryError(dir string, err error) *ratchet.Error {
	e := ratchet.Errorf(ratchet.CodeConfig, "the data directory %s cannot be used: %s", dir, reason(err)).Wrap(err)
	return e.WithHint("choose a writable directory with --data-dir")
}

func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, syscall.EROFS):
		return "it is on a read-only file system"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return "a file is in the way"
	default:
		return "it is not accessible"
	}
}

// openError turns a fault met while opening into one of configuration.
func openError(err error) error {
	if err == nil {
		return nil
	}
	e := ratchet.AsError(err)
	if e.Code != ratchet.CodeUnavailable {
		return err
	}
	open := *e
	open.Code = ratchet.CodeConfig
	return &open
}

// notFound is the error for a missing noun.
func notFound(noun, ref, listTool string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeNotFound, "there is no %s %q", noun, ref).
		WithHint("list them with %s", listTool).Next(listTool, nil)
}
