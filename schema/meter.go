package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The library neither stops nor remembers what it checked, so its work is
// counted before it begins. A step takes about as long as the check of one
// value against one subschema, well below a microsecond.
const (
	maxSteps  = 1 << 19 // of the check of one value
	listSteps = 1 << 16 // above it only the outcome is found: each step may leave an error in memory
	lookEvery = 1 << 12 // steps between two looks at whether the caller has left
)

// meter counts the steps of the check of one value: it goes where the library
// goes, never stops at a first match, and ends when the steps are spent.
type meter struct {
	*graph
	ctx  context.Context // of who waits for the count
	next int             // value of left below which ctx is looked at
	left int
	path []frame // of subschemas in force
}

type frame struct {
	schema *jsonschema.Schema
	depth  int // of the value
}

// steps counts the check of v against s; more than maxSteps are not counted on.
func (g *graph) steps(s *jsonschema.Schema, v any) int {
	return g.stepsWhile(context.Background(), s, v)
}

// stepsWhile is steps for as long as ctx lasts; what it returns later is no count.
func (g *graph) stepsWhile(ctx context.Context, s *jsonschema.Schema, v any) int {
	m := meter{graph: g, ctx: ctx, next: maxSteps - lookEvery, left: maxSteps, path: make([]frame, 0, 4)} // enough as a rule
	m.apply(s, v, 0)
	return maxSteps - m.left
}

func tooCostly() Violation {
	return Violation{
		Rule: "steps", Wanted: fmt.Sprintf("at most %d steps", maxSteps),
		Message: fmt.Sprintf("takes more than %d steps to check against its schema; send less at once, "+
			"or have fewer subschemas (anyOf, oneOf, allOf, $ref, enum, pattern) apply to the same part", maxSteps),
	}
}

func (m *meter) apply(s *jsonschema.Schema, v any, depth int) {
	// Each step looks for cycles along the path and copies it when it fails.
	if m.left -= 1 + len(m.path)/16; m.left < 0 || s.Bool != nil {
		return
	}
	if m.left < m.next {
		if m.next = m.left - lookEvery; m.ctx.Err() != nil {
			m.left = -1
			return
		}
	}
	for i := len(m.path) - 1; i >= 0 && m.path[i].depth == depth; i-- {
		if m.path[i].schema == s {
			return
		}
	}
	n := m.nodes[s]
	if n == nil { // not reachable when the schema was compiled: cannot be
		m.left = -1
		return
	}
	if len(n.types) > 0 && !slices.Contains(n.types, typeName(v)) {
		return
	}
	m.path = append(m.path, frame{s, depth})
	m.value(s, n, v, depth)
	for _, sub := range n.here {
		m.apply(sub, v, depth)
	}
	m.path = m.path[:len(m.path)-1]
}

func (m *meter) value(s *jsonschema.Schema, n *node, v any, depth int) {
	m.left -= n.values / 16
	switch v := v.(type) {
	case string:
		m.left -= len(v)/256 + len(v)*n.pattern/32
	case json.Number:
		if n.numeric {
			m.left -= numberSteps(v) * (1 + n.values)
		}
	case map[string]any:
		m.container(len(v), n)
		m.object(s, n, v, depth+1)
	case []any:
		m.container(len(v), n)
		m.array(s, n, v, depth+1)
	}
}

// numberSteps: numbers are exact, so long ones cost more than their length.
func numberSteps(n json.Number) int {
	if strings.ContainsAny(string(n), "eE") {
		return 200
	}
	return 1 + len(n)*len(n)/4096
}

func (m *meter) container(length int, n *node) {
	m.left -= length/8 + n.values + n.names/8
	if m.unevaluated {
		m.left -= length / 2
	}
}

func (m *meter) object(s *jsonschema.Schema, n *node, obj map[string]any, depth int) {
	for name, value := range obj {
		if m.left < 0 {
			return
		}
		m.left -= len(name) * n.keys / 32
		sub, evaluated := s.Properties[name]
		if evaluated {
			m.apply(sub, value, depth)
		}
		for re, sub := range s.PatternProperties {
			if re.MatchString(name) {
				evaluated = true
				m.apply(sub, value, depth)
			}
		}
		if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok && !evaluated {
			m.apply(sub, value, depth)
		}
		if s.PropertyNames != nil {
			m.apply(s.PropertyNames, name, depth)
		}
		if s.UnevaluatedProperties != nil {
			m.apply(s.UnevaluatedProperties, value, depth)
		}
	}
}

func (m *meter) array(s *jsonschema.Schema, n *node, items []any, depth int) {
	first, rest := s.PrefixItems, s.Items2020
	switch old := s.Items.(type) {
	case []*jsonschema.Schema:
		first = old
		rest, _ = s.AdditionalItems.(*jsonschema.Schema)
	case *jsonschema.Schema:
		rest = old
	}
	for i, item := range items {
		if m.left < 0 {
			return
		}
		if i < len(first) {
			m.apply(first[i], item, depth)
		} else if rest != nil {
			m.apply(rest, item, depth)
		}
		if s.Contains != nil {
			m.apply(s.Contains, item, depth)
		}
		if s.UnevaluatedItems != nil {
			m.apply(s.UnevaluatedItems, item, depth)
		}
		if n.unique {
			m.left -= size(item)
		}
	}
}
