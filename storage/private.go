package storage

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"ratchet"
)

// privateMode is the mode of every file in the data directory: they hold
// inputs, outputs and hashes of keys.
const privateMode fs.FileMode = 0o600

// KeepPrivate takes the rights of other users off files that exist, as earlier
// versions or a restored backup may have left them. A file system that refuses
// is reported to log: the server still works on it.
func KeepPrivate(log *slog.Logger, paths ...string) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(path, privateMode); err != nil {
			log.Warn("other users have rights to a file of the data directory, and they cannot be taken away",
				"file", path, "mode", info.Mode().Perm().String(), "error", err)
			continue
		}
		log.Info("took the rights of other users off a file of the data directory", "file", path, "mode_before", info.Mode().Perm().String())
	}
}

// makePrivate makes the database file before SQLite does, which would give it
// the mode 0644; the write-ahead log and its index get the mode of the
// database file.
func makePrivate(log *slog.Logger, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, privateMode) //nolint:gosec // the operator names it
	switch {
	case err == nil:
		if err := f.Close(); err != nil {
			return directoryError(filepath.Dir(path), err)
		}
	case !errors.Is(err, fs.ErrExist):
		return directoryError(filepath.Dir(path), err)
	}
	KeepPrivate(log, path, path+"-wal", path+"-shm", path+"-journal", path+".lock")
	return nil
}

// checkDirectory refuses a directory in which any user can replace the
// database, and reports one that is open to others in a lesser way.
func checkDirectory(log *slog.Logger, dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return directoryError(dir, err)
	}
	mode := info.Mode()
	switch {
	case mode.Perm()&0o002 != 0 && mode&fs.ModeSticky == 0:
		return ratchet.Errorf(ratchet.CodeConfig, "the data directory %s can be written by every user (mode %04o)", dir, mode.Perm()).
			WithHint("run `chmod 700 %s`, or choose another directory with --data-dir", dir)
	case mode.Perm()&0o077 != 0:
		log.Warn("the data directory is open to other users; its files are private",
			"directory", dir, "mode", mode.Perm().String(), "hint", "chmod 700 "+dir)
	}
	return nil
}
