package mask

import (
	"bytes"
	"encoding/json"
)

// Any returns v with every text in it hidden by hide. What stays as it was
// keeps its type; else it is what JSON makes of it.
func Any(v any, hide func(string) string) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return hide(v)
	case []string:
		out := make([]string, len(v))
		for i, s := range v {
			out[i] = hide(s)
		}
		return out
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return v
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var plain any
	if dec.Decode(&plain) != nil {
		return v
	}
	hidden, changed := walk(plain, hide)
	if !changed {
		return v
	}
	return hidden
}

// walk hides texts in decoded JSON, keys as well, and says whether it did.
func walk(v any, hide func(string) string) (any, bool) {
	changed := false
	switch v := v.(type) {
	case string:
		s := hide(v)
		return s, s != v
	case []any:
		for i := range v {
			item, did := walk(v[i], hide)
			v[i], changed = item, changed || did
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			item, did := walk(item, hide)
			name := hide(key)
			out[name], changed = item, changed || did || name != key
		}
		return out, changed
	}
	return v, changed
}
