package sources

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ratchet"
)

// Found is one task of a root and what is wrong with it.
type Found struct {
	Path     string        // relative to the root
	Task     *ratchet.Task // nil when Err is set
	Problems []Problem
	Err      error
	Removed  bool // the task was deleted and its files kept; Task is nil
}

// LoadRoot reads every task below a folder, by path: task folders at any
// depth, zips, and single documents. Folders whose names begin with a dot, and
// node_modules, are passed over.
func LoadRoot(dir string) ([]Found, error) {
	var found []Found
	add := func(name string) {
		f := Found{Path: name}
		if isRemoved(filepath.Join(dir, name)) {
			f.Removed = true
			found = append(found, f)
			return
		}
		f.Task, f.Problems, f.Err = Load(filepath.Join(dir, name))
		found = append(found, f)
	}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		base := entry.Name()
		switch {
		case entry.IsDir() && rel != "." && (strings.HasPrefix(base, ".") || base == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() && isTask(name):
			add(rel)
			return fs.SkipDir
		case entry.IsDir():
			return nil
		case strings.HasSuffix(base, ".zip"):
			add(rel)
		case strings.HasSuffix(base, ".yaml") && exists(strings.TrimSuffix(name, ".yaml")+".js"):
			add(rel)
		}
		return nil
	})
	if err != nil {
		return found, ratchet.Errorf(ratchet.CodeNotFound, "cannot read %s: %s", dir, reason(err)).Wrap(err)
	}
	return found, nil
}

func isTask(dir string) bool {
	for _, name := range metadataFiles {
		if exists(filepath.Join(dir, name)) {
			return true
		}
	}
	return false
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
