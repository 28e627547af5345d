package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Bounds say how large the parts of a value may be that its schema describes.
// What a schema leaves open is the user's own and has none.
type Bounds struct {
	Depth int // of nesting
	Items int // of an array
	Keys  int // of an object
}

// Exceeds returns the first part of a valid value that breaks b or holds a NUL
// character, nil when none does.
func (s *Schema) Exceeds(raw json.RawMessage, b Bounds) *Violation {
	if !bytes.Contains(raw, []byte(`\u0000`)) && len(raw) < 2*min(b.Items, b.Keys) &&
		bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("{")) <= b.Depth {
		return nil // most are small
	}
	v, err := s.outline(raw)
	if err != nil {
		return nil // was said by Validate
	}
	return b.in(v, s.root, nil, 1)
}

func (b Bounds) in(v any, s *jsonschema.Schema, at []string, depth int) *Violation {
	if s = deref(s); s == nil || isOpen(s) {
		return nil
	}
	broken := func(rule, wanted, format string, args ...any) *Violation {
		return &Violation{Pointer: pointer(at), Rule: rule, Wanted: wanted, Message: fmt.Sprintf(format, args...)}
	}
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			return broken("nul", "text without NUL", "holds a NUL character")
		}
	case []any:
		switch {
		case depth > b.Depth:
			return broken("depth", "", "is nested more than %d deep", b.Depth)
		case len(v) > b.Items:
			return broken("maxItems", strconv.Itoa(b.Items), "must have at most %d items, is %d", b.Items, len(v))
		}
		for i, item := range v {
			if found := b.in(item, itemSchema(s), append(slices.Clone(at), strconv.Itoa(i)), depth+1); found != nil {
				return found
			}
		}
	case map[string]any:
		switch {
		case depth > b.Depth:
			return broken("depth", "", "is nested more than %d deep", b.Depth)
		case len(v) > b.Keys:
			return broken("maxProperties", strconv.Itoa(b.Keys), "must have at most %d keys, is %d", b.Keys, len(v))
		}
		for _, name := range slices.Sorted(maps.Keys(v)) { // the same mistake is reported each time
			if found := b.in(v[name], s.Properties[name], append(slices.Clone(at), name), depth+1); found != nil {
				return found
			}
		}
	}
	return nil
}

// isOpen says whether a schema takes everything, or every object.
func isOpen(s *jsonschema.Schema) bool {
	if len(s.Properties) > 0 || itemSchema(s) != nil || s.Enum != nil {
		return false
	}
	return s.Types == nil || s.Types.IsEmpty() || slices.Contains(s.Types.ToStrings(), "object") || slices.Contains(s.Types.ToStrings(), "array")
}
