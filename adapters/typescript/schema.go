package typescript

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// maxDepth is how deep types are nested before they become unknown.
const maxDepth = 64

// keywords are those of one schema, in their order.
type keywords = orderedmap.OrderedMap[string, json.RawMessage]

// Type writes a JSON Schema (draft-07 or 2020-12) as the exported type name
// and those it refers to. Rules without a counterpart in TypeScript, such as
// bounds, become comments. What cannot be expressed is unknown; schemas that
// are not JSON are too.
func Type(name string, schema json.RawMessage) string {
	w := &writer{root: schema, base: name, names: map[string]string{"#": name}, taken: map[string]bool{name: true}}
	var b strings.Builder
	w.declare(&b, name, schema)
	for len(w.open) > 0 { // types found on the way, which may find more
		next := w.open[0]
		w.open = w.open[1:]
		b.WriteByte('\n')
		w.declare(&b, next.name, next.schema)
	}
	return b.String()
}

// writer writes one schema with what it refers to.
type writer struct {
	root  json.RawMessage
	base  string
	names map[string]string // $ref -> type
	taken map[string]bool
	open  []struct {
		name   string
		schema json.RawMessage
	}
}

func (w *writer) declare(b *strings.Builder, name string, schema json.RawMessage) {
	comment(b, "", notes(parse(schema)))
	b.WriteString("export type " + name + " = " + w.typeOf(schema, "", 0).text + ";\n")
}

// parse reads a schema that is an object; nil for any other.
func parse(schema json.RawMessage) *keywords {
	schema = bytes.TrimSpace(schema)
	if len(schema) == 0 || schema[0] != '{' {
		return nil
	}
	k := orderedmap.New[string, json.RawMessage]()
	if json.Unmarshal(schema, k) != nil {
		return nil
	}
	return k
}

// typeOf is the type of a schema; indent is that of the line it is on.
func (w *writer) typeOf(schema json.RawMessage, indent string, depth int) expr {
	if string(bytes.TrimSpace(schema)) == "false" {
		return expr{text: "never"}
	}
	k := parse(schema)
	if k == nil || depth > maxDepth {
		return unknown()
	}
	var parts []expr
	if ref, ok := text(k, "$ref"); ok {
		parts = append(parts, expr{text: w.reference(ref)})
	}
	parts = append(parts, w.plain(k, indent, depth))
	for _, all := range list(k, "allOf") {
		parts = append(parts, w.typeOf(all, indent, depth+1))
	}
	for _, name := range []string{"anyOf", "oneOf"} {
		parts = append(parts, union(w.all(list(k, name), indent, depth+1)))
	}
	return intersection(parts)
}

func (w *writer) all(schemas []json.RawMessage, indent string, depth int) []expr {
	out := make([]expr, len(schemas))
	for i, s := range schemas {
		out[i] = w.typeOf(s, indent, depth)
	}
	return out
}

// plain is what enum, const and type say, without references and combinations.
func (w *writer) plain(k *keywords, indent string, depth int) expr {
	if value, ok := k.Get("const"); ok {
		return literal(value)
	}
	var parts []expr
	if values := list(k, "enum"); values != nil {
		for _, v := range values {
			parts = append(parts, literal(v))
		}
		return union(parts)
	}
	for _, kind := range types(k) {
		parts = append(parts, w.kind(kind, k, indent, depth))
	}
	return union(parts)
}

func (w *writer) kind(kind string, k *keywords, indent string, depth int) expr {
	switch kind {
	case "string", "boolean", "null":
		return expr{text: kind}
	case "number", "integer":
		return expr{text: "number"}
	case "array":
		return expr{text: w.array(k, indent, depth)}
	case "object":
		return expr{text: w.object(k, indent, depth)}
	}
	return unknown()
}

// types are the values of type; without it, what the other keywords suggest.
func types(k *keywords) []string {
	raw, ok := k.Get("type")
	var many []string
	if one := ""; ok && json.Unmarshal(raw, &one) == nil {
		many = []string{one}
	} else if ok {
		_ = json.Unmarshal(raw, &many) // not a list either: no type at all
	}
	if !ok {
		switch {
		case has(k, "properties", "patternProperties", "additionalProperties"):
			many = []string{"object"}
		case has(k, "items", "prefixItems"):
			many = []string{"array"}
		}
	}
	if raw, ok := k.Get("nullable"); ok && string(raw) == "true" && len(many) > 0 {
		many = append(many, "null")
	}
	return many
}

func has(k *keywords, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := k.Get(name); return ok })
}

func text(k *keywords, name string) (string, bool) {
	raw, ok := k.Get(name)
	var s string
	if !ok || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// list is the value of a keyword that holds a list; nil for any other.
func list(k *keywords, name string) []json.RawMessage {
	raw, ok := k.Get(name)
	var out []json.RawMessage
	if !ok || json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

// literal is a JSON value as a type: JSON's text is one.
func literal(value json.RawMessage) expr { return expr{text: compact(value)} }

// compact is a JSON value on one line.
func compact(value json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return "unknown"
	}
	return b.String()
}
