package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratchet"
)

const (
	maxStep  = 256 // bytes of a name in a pointer: names of a caller may be as long as what it sends
	maxShown = 80  // characters of a value in a message
)

// pointer is the JSON pointer (RFC 6901) to a place; very long names are cut.
func pointer(path []string) string {
	var b strings.Builder
	for _, step := range path {
		b.WriteByte('/')
		b.WriteString(Escape(step))
	}
	return b.String()
}

// Escape is a name as a step of a JSON pointer; a very long one is cut.
func Escape(step string) string {
	return strings.ReplaceAll(strings.ReplaceAll(ratchet.Clip(step, maxStep), "~", "~0"), "/", "~1")
}

// show is a value as short JSON. What it costs does not depend on how large the
// value is, but for the names of one object.
func show(v any) string {
	left := maxShown
	b, err := json.Marshal(head(v, &left))
	if err != nil {
		return fmt.Sprint(v)
	}
	if r := []rune(string(b)); len(r) > maxShown {
		return string(r[:maxShown-1]) + "…"
	}
	return string(b)
}

// head is v with enough parts for its first characters as JSON: each part takes
// one of those that are left, or more.
func head(v any, left *int) any {
	*left--
	switch v := v.(type) {
	case string:
		return ratchet.Clip(v, 4*maxShown)
	case []any:
		out := []any{}
		for i := 0; i < len(v) && *left > 0; i++ {
			out = append(out, head(v[i], left))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if *left <= 0 {
				break
			}
			out[ratchet.Clip(name, 4*maxShown)] = head(v[name], left)
		}
		return out
	}
	return v
}
