package sources

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// source reads the entry file: the named one, else the usual names in order.
func (l *loader) source(task *ratchet.Task, entry string) {
	names := []string{"main.js", "main.ts", "task.js"}
	if entry != "" {
		if !inside(entry) {
			l.problem("metadata.json", 0, "name a file inside the folder", "key entrypoint is %q, which leads out of the folder", entry)
			return
		}
		names = []string{entry}
	}
	for _, name := range names {
		code, ok := l.read(name)
		if !ok {
			continue
		}
		task.Code = string(code)
		if strings.HasSuffix(name, ".ts") {
			task.Language = ratchet.TypeScript
		}
		if strings.TrimSpace(task.Code) == "" {
			l.problem(name, 0, "write function main(input, context) { … }", "is empty")
		}
		return
	}
	if !Failed(l.problems) || !slices.ContainsFunc(l.problems, func(p Problem) bool { return p.File == names[0] }) {
		l.problem(names[0], 0, "ratchet validate --from-fs DIR --fix adds one", "is missing")
	}
}

func (l *loader) schema(name string) json.RawMessage {
	data, ok := l.read(name)
	if !ok {
		return nil
	}
	if err := schema.CheckSyntax(data); err != nil {
		l.problem(name, lineOf(data, err), "", "is not JSON: %v", err)
		return nil
	}
	if _, err := schema.Admit(data); err != nil {
		l.problem(name, 0, ratchet.AsError(err).Hint, "%s", ratchet.AsError(err).Message)
		return nil
	}
	return data
}

// tests reads tests/*.json and test-*.json beside the source, by name.
func (l *loader) tests(task *ratchet.Task) {
	names, err := fs.Glob(l.fsys, "tests/*.json")
	if err != nil {
		return // only a malformed pattern fails
	}
	more, _ := fs.Glob(l.fsys, "test-*.json")
	slices.Sort(names)
	for _, name := range append(names, more...) {
		data, ok := l.read(name)
		if !ok {
			continue
		}
		test, ok := l.test(name, data)
		if !ok {
			continue
		}
		if test.Name == "" {
			test.Name = strings.TrimSuffix(path.Base(name), ".json")
		}
		if slices.ContainsFunc(task.Tests, func(t ratchet.TestCase) bool { return t.Name == test.Name }) {
			l.problem(name, 0, "give each test its own name", "a test named %q is already there", test.Name)
			continue
		}
		task.Tests = append(task.Tests, test)
	}
}

// extra reads config.json, and modules and data below lib.
func (l *loader) extra(task *ratchet.Task) {
	if data, ok := l.read("config.json"); ok {
		if err := schema.CheckSyntax(data); err != nil {
			l.problem("config.json", lineOf(data, err), "", "is not JSON: %v", err)
		} else {
			task.Files["config.json"] = string(data)
		}
	}
	err := fs.WalkDir(l.fsys, "lib", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			l.problem(name, 0, "", "cannot be read: %s", reason(err))
			return nil
		}
		if entry.IsDir() || !ratchet.TaskFile(name) {
			return nil
		}
		if l.files >= MaxFiles {
			l.problem(name, 0, "", "the task has more than %d files", MaxFiles)
			return fs.SkipAll
		}
		if data, ok := l.read(name); ok {
			task.Files[name] = string(data)
		}
		return nil
	})
	if err != nil {
		l.problem("lib", 0, "", "cannot be read: %s", reason(err))
	}
}
