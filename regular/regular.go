// Package regular opens files that others chose and refuses immediately what is not a
// regular file: opening a FIFO would wait for a writer, and reading a device
// need not end.
//
// It must not import any other package of ours.
package regular

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular is returned for a directory, FIFO, socket or device.
var ErrNotRegular = errors.New("it is not a regular file")

// Open opens a regular file for reading.
func Open(name string) (*os.File, error) {
	return check(os.OpenFile(name, flags, 0)) //nolint:gosec // the caller's to choose
}

// ReadFile is os.ReadFile for regular files.
func ReadFile(name string) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// FS is root.FS() whose Open does not wait for the other end of a FIFO.
// Directories open as ever.
func FS(root *os.Root) fs.FS { return rootFS{root.FS(), root} }

const flags = os.O_RDONLY | syscall.O_NONBLOCK

type rootFS struct {
	fs.FS

	root *os.Root
}

// Open implements fs.FS.
func (r rootFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := r.root.OpenFile(name, flags, 0)
	if err != nil {
		return nil, socket(err)
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

func check(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, socket(err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: f.Name(), Err: ErrNotRegular}
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

// socket says of a socket, which cannot be opened, what it is.
func socket(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) && errors.Is(err, syscall.ENXIO) {
		return &fs.PathError{Op: failed.Op, Path: failed.Path, Err: ErrNotRegular}
	}
	return err
}
