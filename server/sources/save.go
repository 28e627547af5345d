package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"ratchet"
	"ratchet/regular"
)

// Folder keeps tasks as folders below Root, one per task, named like it. It
// implements registry.TaskFolder. Root is made when the first task is saved. A
// Folder is safe for concurrent use as long as calls concern different tasks.
type Folder struct {
	Root string
}

func testFile(i int) string { return fmt.Sprintf("tests/test-%03d.json", i+1) }

// Path is where the folder of t is, or where a new one will be.
func (f Folder) Path(t *ratchet.Task) string {
	if f.holds(t.Path) {
		return t.Path
	}
	return filepath.Join(f.root(), t.Name)
}

// root is Root as an absolute path, as far as that can be told.
func (f Folder) root() string {
	if abs, err := filepath.Abs(f.Root); err == nil {
		return abs
	}
	return f.Root
}

// holds says whether path is a folder below Root.
func (f Folder) holds(path string) bool {
	rel, err := filepath.Rel(f.root(), path)
	return err == nil && path != "" && rel != "." && filepath.IsLocal(rel)
}

// Save writes the folder of t and returns its path. Each file is replaced
// atomically; test files that are no longer the task's are removed. Those that
// cannot be read as tests get the ending .unread.
func (f Folder) Save(ctx context.Context, t *ratchet.Task, gone ...string) (string, error) {
	if !taskName.MatchString(t.Name) {
		return "", ratchet.Errorf(ratchet.CodeInvalid, "%q cannot be the name of a folder", t.Name).At("/name")
	}
	files, err := Files(t)
	if err != nil {
		return "", err
	}
	dir := f.Path(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of task %s: %w", t.Name, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", fmt.Errorf("open the folder of task %s: %w", t.Name, err)
	}
	defer root.Close()
	if err := setAside(root); err != nil {
		return "", fmt.Errorf("keep the tests of task %s that cannot be read: %w", t.Name, err)
	}
	for _, name := range sortedKeys(files) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := writeFile(root, name, files[name]); err != nil {
			return "", fmt.Errorf("write %s of task %s: %w", name, t.Name, err)
		}
	}
	if err := ignoreMissing(root.Remove(removedFile)); err != nil {
		return "", fmt.Errorf("take back that task %s was removed: %w", t.Name, err)
	}
	if err := dropStale(root, files, gone); err != nil {
		return "", fmt.Errorf("remove old files of task %s: %w", t.Name, err)
	}
	return dir, nil
}

// Remove deletes the folder of t, as far as it holds what a task consists of,
// and returns the files deleted. Files of others stay, and so does the folder
// then. A task that has no folder below Root loses nothing.
func (f Folder) Remove(_ context.Context, t *ratchet.Task) ([]string, error) {
	if !taskName.MatchString(t.Name) {
		return nil, nil
	}
	dir := f.Path(t)
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the folder of task %s: %w", t.Name, err)
	}
	defer root.Close()
	var removed []string
	for _, name := range taskFiles(regular.FS(root)) {
		if err := root.Remove(name); err != nil {
			return removed, fmt.Errorf("remove %s of task %s: %w", name, t.Name, err)
		}
		removed = append(removed, filepath.Join(dir, filepath.FromSlash(name)))
	}
	if err := ignoreMissing(root.Remove(removedFile)); err != nil {
		return removed, fmt.Errorf("remove the folder of task %s: %w", t.Name, err)
	}
	for _, sub := range []string{"tests", "lib", "."} {
		removeEmpty(filepath.Join(dir, sub))
	}
	return removed, nil
}

// removeEmpty removes directories that hold nothing, deepest first.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if entry.IsDir() {
			removeEmpty(filepath.Join(dir, entry.Name()))
		}
	}
	_ = os.Remove(dir) // fails on purpose while something is in it
}

// taskFiles lists the files that are a task's, by path.
func taskFiles(fsys fs.FS) []string {
	names := slices.Concat(metadataFiles, []string{"main.js", "main.ts", "task.js", "input.schema.json", "output.schema.json", "config.json"})
	var found []string
	for _, name := range names {
		if _, err := fs.Stat(fsys, name); err == nil {
			found = append(found, name)
		}
	}
	tests, _ := fs.Glob(fsys, "tests/*.json")
	found = append(found, tests...)
	_ = fs.WalkDir(fsys, "lib", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, name)
		}
		return nil
	})
	return found
}

// setAside renames the test files that were not loaded, for their author to fix.
func setAside(root *os.Root) error {
	l := &loader{fsys: regular.FS(root)}
	names, _ := fs.Glob(l.fsys, "tests/*.json")
	for _, name := range names {
		data, ok := l.read(name)
		if ok {
			_, ok = l.test(name, data)
		}
		if ok {
			continue
		}
		if err := root.Rename(name, name+".unread"); err != nil {
			return err
		}
	}
	return nil
}

// dropStale removes source, test and schema files that the saved task has not.
// lib and config.json stay unless they are gone: a database row may never have
// known them.
func dropStale(root *os.Root, files map[string][]byte, gone []string) error {
	for _, name := range taskFiles(regular.FS(root)) {
		_, keep := files[name]
		if keep || slices.Contains(metadataFiles, name) || !slices.Contains(gone, name) && (name == "config.json" || strings.HasPrefix(name, "lib/")) {
			continue
		}
		if err := root.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// writeFile replaces a file in one step, so that a reader sees the old or the
// new text and a crash leaves one of them.
func writeFile(root *os.Root, name string, data []byte) error {
	if !inside(name) {
		return ratchet.Errorf(ratchet.CodeInvalid, "the path %q leads out of the task's folder", name)
	}
	if old, err := fs.ReadFile(regular.FS(root), name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	temporary := path.Join(path.Dir(name), ".new-"+uuid.NewString())
	if err := writeSynced(root, temporary, data); err != nil {
		return errors.Join(err, ignoreMissing(root.Remove(temporary)))
	}
	return root.Rename(temporary, name)
}

func writeSynced(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// indent is data as people like to read it.
func indent(data any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
