package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

func Decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	return v, nil
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(key string) string { return pointerEscape.Replace(key) }

// Pointer follows a JSON pointer; nil when there is nothing.
func Pointer(v any, pointer string) any {
	if pointer == "" {
		return v
	}
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch node := v.(type) {
		case map[string]any:
			v = node[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}
