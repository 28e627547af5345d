package schema

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"ratchet"
)

// limits bound a schema before it is compiled. That takes about ten kilobytes
// for each subschema, several times the length of its pointer, and a time that
// grows with the square of their number times the length of the pointers.
type limits struct {
	bytes, objects, depth int
	pointers              int  // bytes of the pointers to all objects together
	patterns              bool // they are bounded too
}

// admitted are the limits of schemas that come in.
func admitted() limits {
	return limits{bytes: 256 << 10, objects: 2_000, depth: 100, pointers: 1 << 20, patterns: true}
}

// usable are the limits of schemas that were stored before those above were set.
func usable() limits { return limits{bytes: 2 << 20, objects: 10_000, depth: 500, pointers: 4 << 20} }

// Admit compiles a schema that is to be stored, or that a caller sends. Beyond
// what Compile refuses it refuses one of more than 256 KiB or 2,000 objects,
// one that is nested more than 100 deep, one whose objects have very long
// pointers, and what CheckComplexity does.
func Admit(raw json.RawMessage) (*Schema, error) {
	s, err := compile(raw, admitted())
	if err != nil {
		return nil, err
	}
	return s, s.CheckComplexity()
}

const smaller = "describe the parts that matter: what a schema does not mention is accepted"

func (l limits) checkBytes(raw []byte) error {
	if len(raw) <= l.bytes {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: it has %d bytes, at most %d are allowed", len(raw), l.bytes).At("").WithHint(smaller)
}

func (l limits) check(doc any) error {
	m := measured{limits: l, known: keywords()}
	m.add(doc, nil)
	switch {
	case m.deep != nil:
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: it is nested more than %d deep", l.depth).At(pointer(m.deep)).
			WithHint("put inner parts under $defs and refer to them with $ref")
	case m.steps > maxPattern:
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: its patterns are too large: counted repetitions multiply, at most %d steps are allowed in all", maxPattern).
			At(m.pattern).WithHint("repeat less often, or check the length with maxLength")
	case m.objects > l.objects:
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: it has more than %d objects", l.objects).At("").WithHint(smaller)
	case m.pointers > l.pointers:
		return ratchet.Errorf(ratchet.CodeInvalid, "invalid schema: the pointers to its objects have more than %d bytes together", l.pointers).At("").
			WithHint("use shorter names for properties and definitions, or put inner parts under $defs and refer to them with $ref")
	}
	return nil
}

// measured counts the subschemas of a document, objects and booleans, and finds
// what is nested too deeply. It stops at the first limit that is broken.
type measured struct {
	limits
	known    map[string]keywordKind
	objects  int
	pointers int      // bytes, as the compiler writes them
	length   int      // of the pointer to the value at hand
	steps    int      // of patterns
	pattern  string   // pointer to the last one
	deep     []string // nil = nothing is
}

func (m *measured) add(v any, at []string) {
	switch v := v.(type) {
	case map[string]any:
		m.object()
		last := ""
		if len(at) > 0 {
			last = at[len(at)-1]
		}
		named := m.known[last] == schemasByName
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if text, ok := v[key].(string); ok && key == "pattern" {
				m.measure(text, at, key)
			}
			if last == "patternProperties" {
				m.measure(key, at, key)
			}
			m.below(v[key], at, key, named)
		}
	case []any:
		for i, item := range v {
			m.below(item, at, strconv.Itoa(i), true)
		}
	}
}

func (m *measured) object() {
	m.objects++
	m.pointers += m.length
}

// below adds a member or item; schemas says that a boolean there is a schema.
func (m *measured) below(v any, at []string, step string, schemas bool) {
	if m.deep != nil || m.objects > m.limits.objects || m.pointers > m.limits.pointers || m.steps > maxPattern {
		return
	}
	if at = append(at, step); len(at) > m.depth {
		m.deep = slices.Clone(at)
		return
	}
	before := m.length
	m.length += 1 + len(url.PathEscape(step))
	if _, isBool := v.(bool); isBool && schemas {
		m.object()
	}
	m.add(v, at)
	m.length = before
}

// measure adds a pattern.
func (m *measured) measure(pattern string, at []string, step string) {
	if m.patterns && m.steps <= maxPattern {
		m.steps += patternSize(pattern)
		m.pattern = pointer(append(slices.Clone(at), step))
	}
}
