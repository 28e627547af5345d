package sources

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ratchet"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Files is t as the files of its folder, by path.
func Files(t *ratchet.Task) (map[string][]byte, error) {
	metadata := map[string]any{}
	if len(t.Metadata) > 0 {
		if err := json.Unmarshal(t.Metadata, &metadata); err != nil {
			return nil, fmt.Errorf("read the metadata of task %s: %w", t.Name, err)
		}
	}
	set := func(key string, value any, present bool) {
		if present {
			metadata[key] = value
		} else {
			delete(metadata, key)
		}
	}
	set("name", t.Name, true)
	set("version", t.Version, true)
	set("uuid", t.ID, t.ID != "")
	set("label", t.Label, t.Label != "" && t.Label != t.Name)
	set("description", t.Description, t.Description != "")
	set("category", t.Category, t.Category != "")
	set("tags", t.Tags, len(t.Tags) > 0)
	set("enabled", false, !t.Enabled)
	set("runtime", string(ratchet.TypeScript), t.Language == ratchet.TypeScript)

	files := map[string][]byte{entryFile(t, metadata): []byte(t.Code)}
	for name, text := range t.Files {
		files[name] = []byte(text)
	}
	values := map[string]any{"metadata.json": metadata}
	if t.InputSchema != nil {
		values["input.schema.json"] = t.InputSchema
	}
	if t.OutputSchema != nil {
		values["output.schema.json"] = t.OutputSchema
	}
	for i, test := range t.Tests {
		values[testFile(i)] = test
	}
	for name, value := range values {
		data, err := indent(value)
		if err != nil {
			return nil, fmt.Errorf("write %s of task %s: %w", name, t.Name, err)
		}
		files[name] = data
	}
	return files, nil
}

func entryFile(t *ratchet.Task, metadata map[string]any) string {
	if entry, ok := metadata["entrypoint"].(string); ok && inside(entry) {
		return entry
	}
	if t.Language == ratchet.TypeScript {
		return "main.ts"
	}
	return "main.js"
}
