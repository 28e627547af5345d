package config

import (
	"fmt"
	"strings"
)

// expand replaces ${NAME} and ${NAME:-fallback} in text by values of the
// environment; $${ is a literal ${. An undefined name without a fallback is an
// error.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if start > 0 && text[start-1] == '$' {
			out.WriteString(text[:start-1] + "${")
			text = text[start+2:]
			continue
		}
		end := strings.IndexByte(text[start:], '}')
		if end < 0 {
			return "", fmt.Errorf("${ is never closed by }")
		}
		out.WriteString(text[:start])
		name, fallback, hasFallback := strings.Cut(text[start+2:start+end], ":-")
		value, ok := lookup(name)
		switch {
		case ok && (value != "" || !hasFallback):
			out.WriteString(value)
		case hasFallback:
			out.WriteString(fallback)
		default:
			return "", fmt.Errorf("the environment variable %s is not set; write ${%s:-default} to allow that", name, name)
		}
		text = text[start+end+1:]
	}
}

// expandAll expands every text in a decoded YAML value.
func expandAll(value any, lookup func(string) (string, bool)) (any, error) {
	switch v := value.(type) {
	case string:
		return expand(v, lookup)
	case []any:
		for i := range v {
			item, err := expandAll(v[i], lookup)
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
		return v, nil
	default:
		return value, nil
	}
}
