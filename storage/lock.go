package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"ratchet"
)

// ErrHeld is wrapped by the error of TakeLock when another process has the lock.
var ErrHeld = errors.New("the lock is held")

// Lock is the right to open a database file for writing. It is the kernel's, so
// a killed process leaves none behind; the content of the file only tells the
// next process who holds it.
type Lock struct{ f *os.File }

// Locate returns the one name of a database file: absolute, and without
// symbolic links, so that two names of a file have the same lock. Empty = the
// path is in memory.
func Locate(path string) (string, error) {
	path = strings.TrimPrefix(path, "file:")
	if path == "" || path == ":memory:" {
		return "", nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", ratchet.Errorf(ratchet.CodeConfig, "the data directory cannot be found").Wrap(err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs)), nil
	}
	return abs, nil // the directory is made with the lock
}

// TakeLock makes the directory of a located path and takes the lock beside the
// file. The caller must Close it.
func TakeLock(path string) (*Lock, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, directoryError(dir, err)
	}
	if about, err := os.Stat(path); err == nil {
		if stat, ok := about.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 && about.Mode().IsRegular() {
			return nil, ratchet.Errorf(ratchet.CodeConfig, "the database %s has a second name (a hard link), by which another process could write it", path).
				WithHint("remove the other link, or copy the file")
		}
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, directoryError(dir, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, directoryError(dir, err)
		}
		who := ""
		if pid, _ := LockHolder(path); pid != 0 {
			who = fmt.Sprintf(" (pid %d)", pid)
		}
		return nil, ratchet.Errorf(ratchet.CodeConfig, "another ratchet%s is using the data directory %s", who, dir).
			WithHint("stop that process, or choose another directory with --data-dir").Wrap(ErrHeld)
	}
	l := &Lock{f}
	if err := l.Note(""); err != nil {
		return nil, errors.Join(directoryError(dir, err), l.Close())
	}
	return l, nil
}

// AdoptLock is the lock of a file that another process passed on.
func AdoptLock(f *os.File) *Lock { return &Lock{f} }

// File is the open file that has the lock, to be passed to another process.
func (l *Lock) File() *os.File { return l.f }

// Note writes who holds the lock and where that process is reached.
func (l *Lock) Note(address string) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"+address+"\n"), 0)
	return err
}

// Close frees the lock. The file stays: removing it would let two processes
// hold locks on different files of the same name.
func (l *Lock) Close() error { return l.f.Close() }

// LockHolder reads who took the lock of a located path last, and where that
// process is reached; zero and empty when unknown.
func LockHolder(path string) (pid int, address string) {
	data, err := os.ReadFile(path + ".lock")
	if err != nil {
		return 0, ""
	}
	first, rest, _ := strings.Cut(string(data), "\n")
	pid, _ = strconv.Atoi(first) // not a number = unknown
	address, _, _ = strings.Cut(rest, "\n")
	return pid, address
}
