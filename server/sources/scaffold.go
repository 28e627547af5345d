package sources

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"ratchet"
)

const (
	newMain = `// Called with the input and the context; what it returns is the output.
function main(input, context) {
  return { ok: true, received: input };
}
`
	newInput  = "{\n  \"type\": \"object\",\n  \"properties\": {},\n  \"additionalProperties\": true\n}\n"
	newOutput = "{\n  \"type\": \"object\"\n}\n"
	newTest   = "{\n  \"name\": \"runs\",\n  \"input\": {},\n  \"expected_output\": {\"ok\": true, \"received\": {}}\n}\n"
	// A source that was there before decides what it returns: any object passes.
	newLooseTest = "{\n  \"name\": \"runs\",\n  \"input\": {},\n  \"expected_output\": {},\n  \"match\": \"subset\"\n}\n"
)

var notName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// Scaffold adds the files a task folder lacks (metadata, source, schemas, one
// test) and returns their names. It makes the folder when missing and never
// overwrites.
func Scaffold(dir string) (added []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			_, err := root.Lstat(name)
			return !errors.Is(err, fs.ErrNotExist)
		})
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", dir, err)
	}
	name := strings.Trim(notName.ReplaceAllString(filepath.Base(abs), "-"), "-")
	if name == "" || len(name) > 100 {
		name = "task"
	}
	add := func(file, text string) {
		if err == nil {
			if err = writeFile(root, file, []byte(text)); err == nil {
				added = append(added, file)
			}
		}
	}
	if !has(metadataFiles...) {
		add("metadata.json", fmt.Sprintf("{\n  \"name\": %q,\n  \"version\": \"0.1.0\",\n  \"description\": \"%s\"\n}\n", name, name))
	}
	test := newLooseTest
	if !has(entries(root)...) {
		add(entries(root)[0], newMain)
		test = newTest
	}
	if !has("input.schema.json") {
		add("input.schema.json", newInput)
	}
	if !has("output.schema.json") {
		add("output.schema.json", newOutput)
	}
	if tests, _ := fs.Glob(root.FS(), "tests/*.json"); len(tests) == 0 {
		add("tests/test-001.json", test)
	}
	if err != nil {
		return added, fmt.Errorf("complete %s: %w", dir, err)
	}
	return added, nil
}

// entries are the names the source may have: the entrypoint, or the usual ones.
func entries(root *os.Root) []string {
	l := &loader{fsys: root.FS()}
	if raw, file, data, err := l.metadata(); err == nil {
		task := &ratchet.Task{}
		if entry := l.readMetadata(task, file, raw, data); inside(entry) {
			return []string{entry}
		}
		if task.Language == ratchet.TypeScript {
			return []string{"main.ts", "main.js", "task.js"}
		}
	}
	return []string{"main.js", "main.ts", "task.js"}
}
