package secrets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ratchet"
	"ratchet/regular"
)

// keyFile is where the master key is kept when the operator gives none. The
// key that is to follow it stands in a second file until every value is
// encrypted with it.
type keyFile struct{ path string }

func (f keyFile) next() string { return f.path + ".next" }

// read returns the key in a file; nil when there is no file.
func readKey(path string) (*key, error) {
	text, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, badKey(ratchet.CodeConfig, "the file "+filepath.Base(path), err)
	}
	k, err := parseKey(string(text))
	if err != nil {
		return nil, badKey(ratchet.CodeConfig, "the content of "+filepath.Base(path), err)
	}
	return k, nil
}

// prepare writes the key that is to follow. It is on the disk when prepare
// returns.
func (f keyFile) prepare(k *key) error {
	if err := os.Remove(f.next()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a key that was never used: %w", err)
	}
	file, err := os.OpenFile(f.next(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make the file of the master key: %w", err)
	}
	_, err = file.WriteString(k.text() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return f.syncFolder()
}

// adopt lets the key that was prepared be the key.
func (f keyFile) adopt() error {
	if err := os.Rename(f.next(), f.path); err != nil {
		return fmt.Errorf("put the master key in its place: %w", err)
	}
	return f.syncFolder()
}

// syncFolder makes names of files last through a crash of the machine.
func (f keyFile) syncFolder() error {
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return fmt.Errorf("open the folder of the master key: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}
