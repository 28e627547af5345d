package compare

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"ratchet"
	"ratchet/schema"
)

// Difference is one place where an output is not as expected.
type Difference struct {
	Path     string `json:"path"` // JSON pointer; empty = the whole value
	Expected any    `json:"expected"`
	Actual   any    `json:"actual"`
}

// absent stands for a member that is not there.
const absent = "(absent)"

// maxDifferences bounds a diff; an output that differs more is just different.
const maxDifferences = 50

// Match compares an output with an expectation in the given mode: exact
// (default), subset, schema or types. No differences means a match.
func Match(mode string, expected, actual json.RawMessage) ([]Difference, error) {
	if mode == "schema" {
		return matchSchema(expected, actual)
	}
	want, err := Decode(expected)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "expected_output is not JSON")
	}
	got, err := Decode(actual)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the output is not JSON")
	}
	m := matcher{}
	switch mode {
	case "", "exact":
		m.compare("", want, got)
	case "subset":
		m.subset = true
		m.compare("", want, got)
	case "types":
		m.types("", want, got)
	default:
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "match %q is unknown", mode).
			With(ratchet.FieldAllowed, []string{"exact", "subset", "schema", "types"})
	}
	return m.found, nil
}

func matchSchema(expected, actual json.RawMessage) ([]Difference, error) {
	s, err := schema.Admit(expected)
	if err != nil {
		return nil, err
	}
	var found []Difference
	for _, v := range s.Validate(actual) {
		got, _ := Decode(actual)
		found = append(found, Difference{Path: v.Pointer, Expected: v.Message, Actual: Pointer(got, v.Pointer)})
	}
	return found, nil
}

type matcher struct {
	subset bool
	found  []Difference
}

func (m *matcher) addDifference(path string, want, got any) {
	if len(m.found) < maxDifferences {
		m.found = append(m.found, Difference{path, want, got})
	}
}

func (m *matcher) compare(path string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			m.objects(path, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			m.arrays(path, w, g)
			return
		}
	}
	if !equalScalars(want, got) {
		m.addDifference(path, want, got)
	}
}

func (m *matcher) objects(path string, want, got map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		at := path + "/" + escapePointer(key)
		if g, ok := got[key]; ok {
			m.compare(at, want[key], g)
		} else {
			m.addDifference(at, want[key], absent)
		}
	}
	if m.subset {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			m.addDifference(path+"/"+escapePointer(key), absent, got[key])
		}
	}
}

func (m *matcher) arrays(path string, want, got []any) {
	for i := range max(len(want), len(got)) {
		at := path + "/" + strconv.Itoa(i)
		switch {
		case i >= len(got):
			m.addDifference(at, want[i], absent)
		case i >= len(want):
			m.addDifference(at, absent, got[i])
		default:
			m.compare(at, want[i], got[i])
		}
	}
}

// types compares shapes: a type's name stands for any value of it, other
// scalars for their own type, a one-element array for any number of such elements.
func (m *matcher) types(path string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			m.addDifference(path, "object", typeOf(got))
			return
		}
		for _, key := range slices.Sorted(maps.Keys(w)) {
			at := path + "/" + escapePointer(key)
			if value, ok := g[key]; ok {
				m.types(at, w[key], value)
			} else {
				m.addDifference(at, w[key], absent)
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok {
			m.addDifference(path, "array", typeOf(got))
			return
		}
		for i, value := range g {
			if len(w) > 0 {
				m.types(path+"/"+strconv.Itoa(i), w[min(i, len(w)-1)], value)
			}
		}
	default:
		if wanted := shapeName(want); !isType(wanted, got) {
			m.addDifference(path, wanted, typeOf(got))
		}
	}
}

var typeNames = []string{"string", "number", "integer", "boolean", "null", "array", "object", "any"}

func shapeName(want any) string {
	if name, ok := want.(string); ok && slices.Contains(typeNames, name) {
		return name
	}
	return typeOf(want)
}

func isType(name string, v any) bool {
	switch name {
	case "any":
		return true
	case "integer":
		n, ok := v.(json.Number)
		if !ok {
			return false
		}
		f, err := n.Float64()
		return err == nil && f == float64(int64(f))
	default:
		return name == typeOf(v)
	}
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// equalScalars treats 1, 1.0 and 1e0 as one number.
func equalScalars(a, b any) bool {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	if !okX || !okY {
		return reflect.DeepEqual(a, b)
	}
	if x == y {
		return true
	}
	f, errF := x.Float64()
	g, errG := y.Float64()
	return errF == nil && errG == nil && f == g
}
