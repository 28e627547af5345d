package config

import (
	"fmt"
	"strings"

	"ratchet"
)

// Generate writes a documented configuration with all defaults: kind "yaml" is
// a file, "env" is a list of environment variables.
func Generate(kind string) (string, error) {
	switch kind {
	case "yaml":
		return generateYAML(), nil
	case "env":
		return generateEnv(), nil
	default:
		return "", ratchet.Errorf(ratchet.CodeInvalid, "there is no configuration of kind %q", kind).
			With(ratchet.FieldAllowed, []string{"yaml", "env"}).WithHint("use yaml or env")
	}
}

func generateYAML() string {
	var out strings.Builder
	var open []string
	for _, f := range fields() {
		parts := strings.Split(f.key, delimiter)
		groups, name := parts[:len(parts)-1], parts[len(parts)-1]
		shared := 0
		for shared < len(groups) && shared < len(open) && groups[shared] == open[shared] {
			shared++
		}
		for depth := shared; depth < len(groups); depth++ {
			fmt.Fprintf(&out, "%s%s:\n", strings.Repeat("  ", depth), groups[depth])
		}
		open = groups
		indent := strings.Repeat("  ", len(groups))
		fmt.Fprintf(&out, "%s# %s (%s)\n%s%s: %s\n", indent, f.doc, f.typeName(), indent, name, f.yamlDefault())
	}
	return out.String()
}

func (f field) yamlDefault() string {
	switch f.typeName() {
	case "list":
		var items []string
		for item := range strings.SplitSeq(f.fallback, ",") {
			if item != "" && f.typ.Elem().Kind().String() == "string" {
				item = fmt.Sprintf("%q", item)
			}
			items = append(items, item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case "names and values":
		return "{}"
	case "string", "bytes":
		return fmt.Sprintf("%q", f.fallback)
	default:
		return f.fallback
	}
}

func generateEnv() string {
	var out strings.Builder
	for _, f := range fields() {
		name := f.env()
		if f.isMap() {
			name += "_<NAME>"
		}
		fmt.Fprintf(&out, "# %s (%s)\n# %s=%s\n", f.doc, f.typeName(), name, f.fallback)
	}
	return out.String()
}
