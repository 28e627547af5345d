package graphql

import (
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/casing"
	"ratchet/schema"
)

// inputs makes the input types of a schema.
type inputs struct{ types *types }

func (i *inputs) input(stem, key string, s *schema.Type) *input {
	leaf := func(name string) *input { return &input{name: name} }
	switch {
	case s.Record():
		return i.object(stem, s)
	case s.Kind == "array" && s.Items != nil:
		return &input{elem: i.input(stem, singular(key), s.Items)}
	case len(words(s)) > 0:
		return leaf(i.types.enum(stem, key, words(s)))
	case s.Kind == "string" && (s.Format == "date-time" || isTime(key)):
		return leaf("DateTime")
	case s.Kind == "string" && isID(key):
		return leaf("ID")
	case s.Kind == "string":
		return leaf("String")
	case s.Kind == "boolean":
		return leaf("Boolean")
	case s.Kind == "number":
		return leaf("Float")
	case s.Kind == "integer" && s.Format == "int64":
		return leaf("Long")
	case s.Kind == "integer":
		return leaf("Int")
	default:
		return leaf("JSON")
	}
}

func (i *inputs) object(stem string, s *schema.Type) *input {
	name := typeName(s.Title)
	if name == "" {
		name = stem
	}
	if len(name) < 5 || name[len(name)-5:] != "Input" {
		name += "Input"
	}
	in := &input{fields: map[string]*entry{}}
	def := &ast.Definition{Kind: ast.InputObject, Description: s.Description}
	for _, f := range s.Fields {
		key, field, p := f.Name, f.Camel, f.Type
		if !validName(field) {
			return &input{name: "JSON"} // its keys cannot be named
		}
		sub := i.input(name+casing.Pascal(key), key, p)
		in.fields[field] = &entry{key: key, input: sub}
		required := f.Required && p.Default == nil
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: field, Type: sub.typ(required && !p.Nullable && sub.name != "JSON"), DefaultValue: sub.literal(p.Default),
			Directives: deprecated(p), Description: describe(key, p.Description),
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
