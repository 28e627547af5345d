package graphql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/casing"
	"ratchet/schema"
)

// types are the named types of a schema in the making.
type types struct {
	list   []*ast.Definition
	byName map[string]string // name -> its shape
}

func newTypes() *types {
	t := &types{byName: map[string]string{}}
	for name, doc := range map[string]string{
		"JSON":     "Any JSON value. Keys are the user's own and are never renamed.",
		"DateTime": "Time as RFC 3339 in UTC with milliseconds, e.g. 2026-01-31T08:00:00.000Z.",
		"Long":     "Whole number, exact up to 2^53.",
	} {
		t.byName[name] = "scalar"
		t.list = append(t.list, &ast.Definition{Kind: ast.Scalar, Name: name, Description: doc})
	}
	for _, taken := range []string{"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"} {
		t.byName[taken] = "built in"
	}
	return t
}

// add names a type. Types alike share a name; a name that is taken by another
// type gives way to the second choice, and that to numbers. Tools are read in
// a fixed order, so the names are the same in every build.
func (t *types) add(name, second string, def *ast.Definition) string {
	shape := shapeOf(def)
	for n, candidate := 0, name; ; n++ {
		switch n {
		case 0:
		case 1:
			candidate = second
		default:
			candidate = fmt.Sprintf("%s%d", second, n)
		}
		known, taken := t.byName[candidate]
		if taken && known != shape {
			continue
		}
		if !taken {
			def.Name = candidate
			t.byName[candidate] = shape
			t.list = append(t.list, def)
		}
		return candidate
	}
}

// enum names the type of a choice of words.
func (t *types) enum(stem, key string, words []string) string {
	def := &ast.Definition{Kind: ast.Enum, Description: fmt.Sprintf("Choice of: %s.", strings.Join(words, ", "))}
	for _, w := range words {
		def.EnumValues = append(def.EnumValues, &ast.EnumValueDefinition{Name: w, Description: fmt.Sprintf("The value %s.", w)})
	}
	return t.add(casing.Pascal(key), stem, def)
}

// shapeOf is what two types have in common when they are the same: kind, names
// and types of their fields. Descriptions do not count.
func shapeOf(def *ast.Definition) string {
	var b strings.Builder
	b.WriteString(string(def.Kind))
	for _, f := range def.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Name, f.Type)
		if f.DefaultValue != nil {
			b.WriteString("=" + f.DefaultValue.String())
		}
	}
	for _, v := range def.EnumValues {
		b.WriteString(" " + v.Name)
	}
	return b.String()
}

func deprecated(s *schema.Type) ast.DirectiveList {
	if !s.Deprecated {
		return nil
	}
	return ast.DirectiveList{{
		Name: "deprecated",
		Arguments: ast.ArgumentList{{
			Name: "reason", Value: &ast.Value{Raw: describe("deprecated", s.Description), Kind: ast.StringValue},
		}},
	}}
}

// sorted orders the types by name.
func (t *types) sorted() []*ast.Definition {
	slices.SortFunc(t.list, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return t.list
}

// words are the values of an enum when all of them can be names in GraphQL.
func words(s *schema.Type) []string {
	for _, w := range s.Enum {
		if !validName(w) || w == "true" || w == "false" || w == "null" {
			return nil
		}
	}
	return s.Enum
}

// singular is the name of one of many: task for tasks.
func singular(key string) string {
	switch {
	case strings.HasSuffix(key, "ies"):
		return strings.TrimSuffix(key, "ies") + "y"
	case strings.HasSuffix(key, "ss"), strings.HasSuffix(key, "us"):
		return key
	default:
		return strings.TrimSuffix(key, "s")
	}
}

// humanName splits a type's name into words.
func humanName(name string) string {
	return strings.ReplaceAll(casing.Snake(name), "_", " ")
}
