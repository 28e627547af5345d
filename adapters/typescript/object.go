package typescript

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	orderedmap "github.com/pb33f/ordered-map/v2"

	"ratchet/casing"
)

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// property is a key of an object type.
func property(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return quote(name)
}

// quote is a string literal.
func quote(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(raw)
}

var noWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

// typeName makes a type's name of any text: my-task becomes MyTask.
func typeName(text string) string {
	name := casing.Pascal(strings.Trim(noWord.ReplaceAllString(text, "_"), "_"))
	if name == "" {
		return "Type"
	}
	if name[0] >= '0' && name[0] <= '9' {
		return "T" + name
	}
	return name
}

// object writes an object type. Keys beyond the declared ones are part of it
// only where the schema says what they are.
func (w *writer) object(k *keywords, indent string, depth int) string {
	properties := orderedmap.New[string, json.RawMessage]()
	if raw, ok := k.Get("properties"); ok && json.Unmarshal(raw, properties) != nil {
		properties = orderedmap.New[string, json.RawMessage]()
	}
	rest := w.rest(k, indent, depth)
	if properties.Len() == 0 {
		switch rest {
		case "":
			return "Record<string, unknown>"
		case "never":
			return "Record<string, never>"
		}
		return "Record<string, " + rest + ">"
	}
	required := words(k, "required")
	inner := indent + "  "
	var b strings.Builder
	b.WriteString("{\n")
	for pair := properties.Oldest(); pair != nil; pair = pair.Next() {
		comment(&b, inner, notes(parse(pair.Value)))
		mark := "?"
		if slices.Contains(required, pair.Key) {
			mark = ""
		}
		fmt.Fprintf(&b, "%s%s%s: %s;\n", inner, property(pair.Key), mark, w.typeOf(pair.Value, inner, depth+1).text)
	}
	if rest != "" && rest != "never" {
		b.WriteString(inner + "[key: string]: unknown;\n") // a narrower type would have to hold for the keys above too
	}
	b.WriteString(indent + "}")
	return b.String()
}

// rest is the type of keys that are not declared: empty when the schema does
// not say, never when there are none.
func (w *writer) rest(k *keywords, indent string, depth int) string {
	if _, ok := k.Get("patternProperties"); ok {
		return "unknown"
	}
	raw, ok := k.Get("additionalProperties")
	if !ok {
		return ""
	}
	return w.typeOf(raw, indent, depth+1).text
}

// array writes an array or tuple type.
func (w *writer) array(k *keywords, indent string, depth int) string {
	first := list(k, "prefixItems")
	items, ok := k.Get("items")
	if first == nil {
		if first = list(k, "items"); first != nil { // draft-07
			items, ok = k.Get("additionalItems")
		}
	}
	if first == nil {
		if !ok {
			return "unknown[]"
		}
		return w.typeOf(items, indent, depth+1).tight() + "[]"
	}
	var parts []string
	for _, item := range first {
		parts = append(parts, w.typeOf(item, indent, depth+1).tight()+"?")
	}
	rest := "unknown"
	if ok {
		rest = w.typeOf(items, indent, depth+1).text
	}
	if rest != "never" {
		parts = append(parts, "...Array<"+rest+">")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// words is the value of a keyword that holds a list of strings.
func words(k *keywords, name string) []string {
	var out []string
	if raw, ok := k.Get(name); ok {
		_ = json.Unmarshal(raw, &out) // not such a list: none
	}
	return out
}

// notes are what a comment says of a schema: its description and the rules
// that a type cannot hold.
func notes(k *keywords) []string {
	if k == nil {
		return nil
	}
	var out []string
	if d, ok := text(k, "description"); ok && strings.TrimSpace(d) != "" {
		out = strings.Split(strings.TrimSpace(d), "\n")
	}
	for _, name := range []string{
		"default", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
		"minLength", "maxLength", "minItems", "maxItems",
	} {
		if raw, ok := k.Get(name); ok {
			out = append(out, "@"+name+" "+compact(raw))
		}
	}
	if raw, ok := k.Get("deprecated"); ok && string(raw) == "true" {
		out = append(out, "@deprecated")
	}
	return out
}

// comment writes a documentation comment; nothing for no lines.
func comment(b *strings.Builder, indent string, lines []string) {
	clean := func(line string) string {
		line = strings.Map(func(r rune) rune {
			if r == '\r' || r == '\u2028' || r == '\u2029' {
				return ' '
			}
			return r
		}, line)
		return strings.TrimRight(strings.ReplaceAll(line, "*/", "*\u200b/"), " \t")
	}
	switch len(lines) {
	case 0:
		return
	case 1:
		b.WriteString(indent + "/** " + clean(lines[0]) + " */\n")
		return
	}
	b.WriteString(indent + "/**\n")
	for _, line := range lines {
		b.WriteString(strings.TrimRight(indent+" * "+clean(line), " ") + "\n")
	}
	b.WriteString(indent + " */\n")
}
