package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// Bounds of the files of a task, in bytes; the code counts too.
const (
	maxTaskFile  = 1 << 20
	maxTaskFiles = 5 << 20
	mostFiles    = 1000
)

// mergeFiles are the files of a task with those that are given, an object of
// texts by name; null removes one.
func mergeFiles(files map[string]string, raw json.RawMessage) (map[string]string, error) {
	if raw == nil {
		return files, nil
	}
	var given map[string]*string
	if err := json.Unmarshal(raw, &given); err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "files is not an object of texts by name").At("/files").Wrap(err).
			WithHint(`e.g. {"lib/tax.ts": "export const tax = 1.19"}`)
	}
	merged := maps.Clone(files)
	if merged == nil {
		merged = map[string]string{}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := "/files/" + schema.Escape(name)
		text := given[name]
		switch {
		case text == nil:
			if _, has := merged[name]; !has {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "the task has no file %q to remove", name).At(at).
					With(ratchet.FieldAllowed, slices.Sorted(maps.Keys(files)))
			}
			delete(merged, name)
			continue
		case !ratchet.TaskFile(name):
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%q cannot be the name of a file of a task", name).At(at).
				WithHint("name it lib/%s and import it as ./lib/%s; files are config.json, and .js, .ts, .json and .txt below lib", path.Base(name), path.Base(name))
		case len(*text) > maxTaskFile:
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "file %s has %d bytes, at most %d are allowed", name, len(*text), maxTaskFile).At(at)
		}
		merged[name] = *text
	}
	if len(merged) == 0 {
		return nil, nil
	}
	return merged, nil
}

// files checks what the files of a task are together.
func (c *checks) files(t *ratchet.Task) {
	total := len(t.Code)
	for _, name := range slices.Sorted(maps.Keys(t.Files)) {
		text := t.Files[name]
		total += len(text)
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		if err := schema.CheckSyntax([]byte(text)); err != nil {
			c.fail("syntax", "INVALID_FILE", "/files/"+schema.Escape(name), fmt.Sprintf("file %s is not JSON: %v", name, err), "")
		}
	}
	if total > maxTaskFiles || len(t.Files) > mostFiles {
		c.fail("syntax", "INVALID_FILE", "/files", fmt.Sprintf("code and files have %d bytes in %d files", total, len(t.Files)),
			fmt.Sprintf("at most %d bytes in %d files are allowed", maxTaskFiles, mostFiles))
	}
}
