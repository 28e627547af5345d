package graphql

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/adapters/casing"
)

// inputs makes the input types of a schema.
type inputs struct{ types *types }

func (i *inputs) input(stem, key string, s *jsonSchema) *input {
	s, _ = s.core()
	leaf := func(name string) *input { return &input{name: name} }
	switch {
	case s.record():
		return i.object(stem, s)
	case s.is("array") && s.Items != nil && s.Items.Ref == "":
		return &input{elem: i.input(stem, singular(key), s.Items)}
	case len(s.words()) > 0:
		return leaf(i.types.enum(stem, key, s.words()))
	case s.is("string") && (s.Format == "date-time" || isTime(key)):
		return leaf("DateTime")
	case s.is("string") && isID(key):
		return leaf("ID")
	case s.is("string"):
		return leaf("String")
	case s.is("boolean"):
		return leaf("Boolean")
	case s.is("number"):
		return leaf("Float")
	case s.is("integer") && s.Format == "int64":
		return leaf("Long")
	case s.is("integer"):
		return leaf("Int")
	default:
		return leaf("JSON")
	}
}

func (i *inputs) object(stem string, s *jsonSchema) *input {
	name := typeName(s.Title)
	if name == "" {
		name = stem
	}
	if len(name) < 5 || name[len(name)-5:] != "Input" {
		name += "Input"
	}
	in := &input{fields: map[string]*entry{}}
	def := &ast.Definition{Kind: ast.InputObject, Description: s.Description}
	for key, p := range s.properties {
		field := casing.Camel(key)
		if !validName(field) {
			return &input{name: "JSON"} // its keys cannot be named
		}
		sub := i.input(name+casing.Pascal(key), key, p)
		in.fields[field] = &entry{key: key, input: sub}
		required := slices.Contains(s.Required, key) && p.Default == nil
		inner, nullable := p.core()
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: field, Type: sub.typ(required && !nullable && sub.name != "JSON"), DefaultValue: sub.literal(p.Default),
			Directives: deprecated(p), Description: describe(key, inner.Description),
		})
	}
	if def.Description == "" {
		def.Description = fmt.Sprintf("Part of an argument: %s.", humanName(name))
	}
	in.name = i.types.add(name, stem+"Input", def)
	return in
}

// literal is a default value in the language of the schema; nil where there is
// none, or none that can be shown.
func (in *input) literal(raw json.RawMessage) *ast.Value {
	if raw == nil || in.elem != nil || in.fields != nil || in.name == "JSON" {
		return nil
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case bool:
		return &ast.Value{Raw: fmt.Sprint(v), Kind: ast.BooleanValue}
	case float64:
		if in.name == "Float" {
			return &ast.Value{Raw: string(raw), Kind: ast.FloatValue}
		}
		return &ast.Value{Raw: string(raw), Kind: ast.IntValue}
	case string:
		switch in.name {
		case "String", "ID", "DateTime":
			return &ast.Value{Raw: v, Kind: ast.StringValue}
		}
		return &ast.Value{Raw: v, Kind: ast.EnumValue}
	default:
		return nil
	}
}
