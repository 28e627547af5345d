package graphql

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/casing"
	"ratchet/schema"
)

// outputs makes the output types of a schema.
type outputs struct {
	types   *types
	objects map[string]*object
	also    map[string]string // further names of members of the next object; nil = none
}

// value is the type of a result's part. stem names its types where the schema
// does not; key is the name of the part.
func (o *outputs) value(stem, key string, s *schema.Type) *value {
	switch {
	case s.Record():
		return o.object(stem, s)
	case s.Kind == "array":
		if s.Items == nil {
			return &value{kind: kindJSON, name: "JSON"}
		}
		if s.Items.Nullable {
			return &value{kind: kindJSON, name: "JSON"}
		}
		return &value{kind: kindList, elem: o.value(stem, singular(key), s.Items)}
	case len(words(s)) > 0:
		return &value{name: o.types.enum(stem, key, words(s))}
	case s.Kind == "string" && s.Format == "date-time", s.Kind == "string" && isTime(key):
		return &value{name: "DateTime"}
	case s.Kind == "string" && isID(key):
		return &value{name: "ID"}
	case s.Kind == "string":
		return &value{name: "String"}
	case s.Kind == "boolean":
		return &value{name: "Boolean"}
	case s.Kind == "number":
		return &value{name: "Float"}
	case s.Kind == "integer" && s.Format == "int64":
		return &value{name: "Long"}
	case s.Kind == "integer":
		return &value{kind: kindInt, name: "Int"}
	default:
		return &value{kind: kindJSON, name: "JSON"}
	}
}

// object is the type of an object with declared keys.
func (o *outputs) object(stem string, s *schema.Type) *value {
	name := typeName(s.Title)
	if name == "" {
		name = stem
	}
	also := o.also
	o.also = nil
	obj := &object{fields: map[string]*member{}}
	def := &ast.Definition{Kind: ast.Object, Description: s.Description}
	for _, f := range s.Fields {
		key, field, p := f.Name, f.Camel, f.Type
		if !validName(field) {
			return &value{kind: kindJSON, name: "JSON"} // its keys cannot be named
		}
		m := &member{key: key, value: o.value(name+casing.Pascal(key), key, p), required: !p.Nullable && f.Required}
		if p.Kind == "array" || m.value.kind == kindJSON {
			m.required = false // an empty list may be null, and so may any JSON
		}
		obj.fields[field], obj.order = m, append(obj.order, field)
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: field, Type: m.value.typ(m.required), Directives: deprecated(p),
			Description: describe(key, p.Description),
		})
		if other := alias(also, key); other != "" {
			obj.fields[other], obj.order = m, append(obj.order, other)
			def.Fields = append(def.Fields, &ast.FieldDefinition{Name: other, Type: m.value.typ(m.required), Description: "Another name of " + field + "."})
		}
	}
	if def.Description == "" {
		def.Description = fmt.Sprintf("Part of a result: %s.", humanName(name))
	}
	obj.name = o.types.add(name, stem, def)
	if known, ok := o.objects[obj.name]; ok {
		return &value{kind: kindObject, name: obj.name, object: known}
	}
	o.objects[obj.name] = obj
	return &value{kind: kindObject, name: obj.name, object: obj}
}
