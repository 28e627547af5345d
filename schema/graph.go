package schema

import (
	"regexp/syntax"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// graph knows what the checking of each part of a compiled schema costs.
type graph struct {
	nodes       map[*jsonschema.Schema]*node
	dynamic     map[string][]*jsonschema.Schema // by $dynamicAnchor
	unevaluated bool                            // some part keeps track of what the others evaluated
}

// node holds the costs of one subschema that do not depend on the value.
type node struct {
	types   []string // as typeName calls them; empty = all
	values  int      // parts of the values in enum and const
	names   int      // in required and its like
	pattern int      // instructions of the pattern
	keys    int      // instructions of the patterns of keys
	numeric bool     // calculates with numbers
	unique  bool     // compares the items

	here []*jsonschema.Schema // that are applied to the same value
}

func newGraph(root *jsonschema.Schema) *graph {
	g := &graph{nodes: map[*jsonschema.Schema]*node{}, dynamic: map[string][]*jsonschema.Schema{}}
	todo := []*jsonschema.Schema{root}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if g.nodes[s] != nil {
			continue
		}
		n := newNode(s)
		g.nodes[s] = n
		if s.DynamicAnchor != "" {
			g.dynamic[s.DynamicAnchor] = append(g.dynamic[s.DynamicAnchor], s)
		}
		if s.UnevaluatedItems != nil || s.UnevaluatedProperties != nil {
			g.unevaluated = true
		}
		todo = append(append(todo, inPlace(s)...), below(s)...)
		if s.DynamicRef != nil {
			todo = append(todo, s.DynamicRef.Ref)
		}
		if s.UniqueItems { // the library's own check is quadratic for some values
			n.unique, s.UniqueItems = true, false
			s.Extensions = append(s.Extensions, uniqueItems{})
		}
	}
	for s, n := range g.nodes {
		n.here = inPlace(s)
		if s.DynamicRef != nil { // which of them is known only during a check
			n.here = append(append(n.here, s.DynamicRef.Ref), g.dynamic[s.DynamicRef.Anchor]...)
		}
	}
	return g
}

func newNode(s *jsonschema.Schema) *node {
	n := &node{names: len(s.Required)}
	if s.Types != nil {
		n.types = s.Types.ToStrings()
		if slices.Contains(n.types, "integer") {
			n.types = append(n.types, "number")
			n.numeric = true
		}
	}
	if s.Enum != nil {
		n.values = size(s.Enum.Values)
	}
	if s.Const != nil {
		n.values += size(*s.Const)
	}
	for _, names := range s.DependentRequired {
		n.names += len(names)
	}
	for _, dep := range s.Dependencies {
		names, _ := dep.([]string)
		n.names += len(names)
	}
	if s.Pattern != nil {
		n.pattern = instructions(s.Pattern)
	}
	for re := range s.PatternProperties {
		n.keys += instructions(re)
	}
	if s.Format != nil { // a regex is compiled, the others are scanned
		n.pattern += 10
		if s.Format.Name == "regex" {
			n.pattern += 1000
		}
	}
	n.numeric = n.numeric || n.values > 0 || s.Minimum != nil || s.Maximum != nil ||
		s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil || s.MultipleOf != nil
	return n
}

// instructions is the size of the program of a regular expression: the cost of
// matching is that times the length of the text.
func instructions(re jsonschema.Regexp) int {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return 1000
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 1000
	}
	return len(prog.Inst)
}

// size counts the parts of a value.
func size(v any) int {
	n := 1
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			n += size(item)
		}
	case map[string]any:
		for _, item := range v {
			n += size(item)
		}
	}
	return n
}

// inPlace lists the subschemas that are applied to the same value as s.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	out := slices.Concat(s.AllOf, s.AnyOf, s.OneOf)
	for _, sub := range []*jsonschema.Schema{s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else} {
		if sub != nil {
			out = append(out, sub)
		}
	}
	for _, sub := range s.DependentSchemas {
		out = append(out, sub)
	}
	for _, dep := range s.Dependencies {
		if sub, ok := dep.(*jsonschema.Schema); ok {
			out = append(out, sub)
		}
	}
	return out
}

// below lists the subschemas that are applied to the parts of a value.
func below(s *jsonschema.Schema) []*jsonschema.Schema {
	out := slices.Clone(s.PrefixItems)
	for _, sub := range s.Properties {
		out = append(out, sub)
	}
	for _, sub := range s.PatternProperties {
		out = append(out, sub)
	}
	if items, ok := s.Items.([]*jsonschema.Schema); ok {
		out = append(out, items...)
	}
	for _, sub := range []any{
		s.AdditionalProperties, s.PropertyNames, s.UnevaluatedProperties, s.Contains,
		s.Items, s.AdditionalItems, s.Items2020, s.UnevaluatedItems,
	} {
		if sub, ok := sub.(*jsonschema.Schema); ok && sub != nil {
			out = append(out, sub)
		}
	}
	return out
}
