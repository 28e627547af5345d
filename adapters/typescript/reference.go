package typescript

import (
	"encoding/json"
	"strconv"
	"strings"
)

// reference is the name of the type that a $ref leads to.
func (w *writer) reference(ref string) string {
	if name, ok := w.names[ref]; ok {
		if ref == "#" && w.direct(ref) {
			return "unknown"
		}
		return name
	}
	target, ok := w.resolve(ref)
	if !ok || w.direct(ref) {
		return "unknown"
	}
	last := ref[strings.LastIndexByte(ref, '/')+1:]
	name := w.base + typeName(last)
	for i := 2; w.taken[name]; i++ {
		name = w.base + typeName(last) + strconv.Itoa(i)
	}
	w.names[ref], w.taken[name] = name, true
	w.open = append(w.open, struct {
		name   string
		schema json.RawMessage
	}{name, target})
	return name
}

// direct says whether a reference only leads to itself: no type is behind it.
func (w *writer) direct(ref string) bool {
	for seen := map[string]bool{}; ; {
		if seen[ref] {
			return true
		}
		seen[ref] = true
		schema, ok := w.resolve(ref)
		if !ok {
			return false
		}
		k := parse(schema)
		if k == nil {
			return false
		}
		next, ok := text(k, "$ref")
		if !ok {
			return false
		}
		ref = next
	}
}

// resolve follows a JSON pointer inside the root.
func (w *writer) resolve(ref string) (json.RawMessage, bool) {
	rest, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	cur := w.root
	for _, step := range strings.Split(rest, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		var many []json.RawMessage
		if i, err := strconv.Atoi(step); err == nil && json.Unmarshal(cur, &many) == nil {
			if i < 0 || i >= len(many) {
				return nil, false
			}
			cur = many[i]
			continue
		}
		k := parse(cur)
		if k == nil {
			return nil, false
		}
		if cur, ok = k.Get(step); !ok {
			return nil, false
		}
	}
	return cur, rest == "" || rest[0] == '/'
}
