package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ratchet"
)

// lockFile makes the directory of path and takes the lock beside the file. The
// lock is the kernel's, so a killed process leaves none behind; the file's
// content only tells the next one who holds it.
func lockFile(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, directoryError(dir, err)
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
		return nil, ratchet.Errorf(ratchet.CodeConfig, "another ratchet%s is using the data directory %s", holder(f), dir).
			WithHint("stop that process, connect to it instead of starting a second one, or choose another directory with --data-dir").
			Wrap(err)
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(directoryError(dir, err), f.Close())
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(directoryError(dir, err), f.Close())
	}
	return f, nil
}

// holder reads who holds the lock: " (pid 12)", or nothing when unknown.
func holder(f *os.File) string {
	buf := make([]byte, 32)
	n, _ := f.ReadAt(buf, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (pid %d)", pid)
}

// unlockFile frees the lock. The file stays: removing it would let two
// processes hold locks on different files of the same name.
func unlockFile(f *os.File) error { return f.Close() }
