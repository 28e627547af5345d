package sources

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"ratchet"
	"ratchet/regular"
)

// The limits of a task's files.
const (
	MaxFile  = 1 << 20  // bytes of one source or schema file
	MaxTotal = 16 << 20 // bytes of all files of a task
	MaxFiles = 1000     // files of a task
)

// Load reads the task at a path: a folder, a zip of one, or one of the two
// files of the single-document form. The error is set when there is no task
// to speak of; everything else that is wrong is in the problems.
func Load(name string) (*ratchet.Task, []Problem, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeNotFound, "cannot read %s: %s", name, reason(err)).Wrap(err).
			WithHint("give the folder that holds metadata.json")
	}
	if info.IsDir() {
		return loadDir(name, ".")
	}
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".zip":
		data, err := readLimited(name)
		if err != nil {
			return nil, nil, err
		}
		return LoadZip(filepath.Base(name), data)
	case ".js", ".ts", ".yaml", ".yml":
		return loadDocument(filepath.Dir(name), strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
	default:
		return nil, nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is not a task: give a folder, a .zip file, or a .js file with its .yaml file", name)
	}
}

// loadDir confines all reading to dir: a symbolic link that leads out of it is
// refused by the operating system's side of os.Root.
func loadDir(dir, sub string) (*ratchet.Task, []Problem, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeNotFound, "cannot open %s: %s", dir, reason(err)).Wrap(err)
	}
	defer root.Close()
	fsys, err := fs.Sub(regular.FS(root), sub)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s in %s: %w", sub, dir, err)
	}
	task, problems, err := LoadFS(fsys)
	if err != nil {
		e := *ratchet.AsError(err)
		e.Message = dir + ": " + e.Message
		return nil, problems, &e
	}
	if abs, absErr := filepath.Abs(filepath.Join(dir, sub)); absErr == nil {
		task.Path = abs
	}
	return task, problems, nil
}

func readLimited(name string) ([]byte, error) {
	f, err := regular.Open(name)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeNotFound, "cannot read %s: %s", name, reason(err)).Wrap(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxTotal+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > MaxTotal {
		return nil, ratchet.Errorf(ratchet.CodeTooLarge, "%s is larger than %d bytes", name, MaxTotal)
	}
	return data, nil
}

// LoadZip reads a zipped task folder. The folder may be the archive's top or
// its only directory. name is for messages.
func LoadZip(name string, data []byte) (*ratchet.Task, []Problem, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is not a zip archive", name).Wrap(err)
	}
	var total uint64
	for _, file := range archive.File {
		// The reader below refuses to give more than the declared size.
		total += file.UncompressedSize64
		if strings.Contains(file.Name, `\`) || (!fs.ValidPath(strings.TrimSuffix(file.Name, "/"))) {
			return nil, nil, ratchet.Errorf(ratchet.CodeInvalid, "%s holds the path %q, which leads out of it", name, file.Name)
		}
		if total > MaxTotal || file.UncompressedSize64 > MaxTotal || len(archive.File) > MaxFiles {
			return nil, nil, ratchet.Errorf(ratchet.CodeTooLarge, "%s unpacks to more than %d bytes or %d files", name, MaxTotal, MaxFiles)
		}
	}
	var fsys fs.FS = archive
	if entries, err := fs.ReadDir(archive, "."); err == nil && len(entries) == 1 && entries[0].IsDir() {
		if fsys, err = fs.Sub(archive, entries[0].Name()); err != nil {
			return nil, nil, fmt.Errorf("open %s in %s: %w", entries[0].Name(), name, err)
		}
	}
	return LoadFS(fsys)
}

// LoadFS reads the task folder that fsys is.
func LoadFS(fsys fs.FS) (*ratchet.Task, []Problem, error) {
	l := &loader{fsys: fsys}
	raw, file, data, err := l.metadata()
	if err != nil {
		return nil, l.problems, err
	}
	task := &ratchet.Task{Enabled: true, Files: map[string]string{}, SourceType: "filesystem"}
	entry := l.readMetadata(task, file, raw, data)
	l.source(task, entry)
	task.InputSchema = l.schema("input.schema.json")
	task.OutputSchema = l.schema("output.schema.json")
	l.tests(task)
	l.extra(task)
	if len(task.Files) == 0 {
		task.Files = nil
	}
	return task, l.problems, nil
}

// loader reads one folder and notes what is wrong on the way.
type loader struct {
	fsys     fs.FS
	problems []Problem
	keys     map[string]int // lines of the metadata's keys, by dotted path
	total    int
	files    int
}

func (l *loader) problem(file string, line int, hint, format string, args ...any) {
	l.problems = append(l.problems, Problem{File: file, Line: line, Severity: "error", Message: fmt.Sprintf(format, args...), Hint: hint})
}

// read returns a file's bytes. A missing file is (nil, false) without a
// problem; everything else that goes wrong is one.
func (l *loader) read(name string) ([]byte, bool) {
	f, err := l.fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		l.problem(name, 0, "", "cannot be read: %s", reason(err))
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		l.problem(name, 0, "", "is not a plain file")
		return nil, false
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	l.total += len(data)
	l.files++
	switch {
	case err != nil:
		l.problem(name, 0, "", "cannot be read: %s", reason(err))
	case len(data) > MaxFile:
		l.problem(name, 0, "", "is larger than %d bytes", MaxFile)
	case l.total > MaxTotal || l.files > MaxFiles:
		l.problem(name, 0, "", "the task has more than %d bytes or %d files", MaxTotal, MaxFiles)
	default:
		return data, true
	}
	return nil, false
}

// reason is the innermost part of a file error, without paths of the machine.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return err.Error()
}

// inside says whether name stays within the folder.
func inside(name string) bool { return fs.ValidPath(name) && path.Clean(name) == name && name != "." }
