package sources

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ratchet"
	"ratchet/regular"
)

// removedFile marks a folder whose task was deleted while its files were kept: it holds
// the digest of the files, so that a change of one brings the task back.
const removedFile = ".removed"

// MarkRemoved keeps the files of t from being loaded until one of them changes or the
// mark is deleted. A task without a folder below Root needs no mark.
func (f Folder) MarkRemoved(_ context.Context, t *ratchet.Task) error {
	dir, err := filepath.Rel(f.Root, t.Path)
	if err != nil || !filepath.IsLocal(dir) || dir == "." {
		return nil
	}
	root, err := os.OpenRoot(t.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the folder of task %s: %w", t.Name, err)
	}
	defer root.Close()
	sum, err := digest(regular.FS(root))
	if err != nil {
		return fmt.Errorf("mark the folder of task %s as removed: %w", t.Name, err)
	}
	if err := writeFile(root, removedFile, []byte(sum+"\n")); err != nil {
		return fmt.Errorf("mark the folder of task %s as removed: %w", t.Name, err)
	}
	return nil
}

// isRemoved says whether the task in dir was deleted, and no file changed since.
func isRemoved(dir string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	fsys := regular.FS(root)
	mark, err := fs.ReadFile(fsys, removedFile)
	if err != nil {
		return false
	}
	sum, err := digest(fsys)
	return err == nil && sum == strings.TrimSpace(string(mark))
}

// digest is that of the names and contents of a task's files.
func digest(fsys fs.FS) (string, error) {
	names := taskFiles(fsys)
	slices.Sort(names)
	sum := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%d %s %d ", len(name), name, len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
