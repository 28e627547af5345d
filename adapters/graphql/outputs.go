package graphql

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/adapters/casing"
)

// outputs makes the output types of a schema.
type outputs struct {
	types   *types
	objects map[string]*object
}

// value is the type of a result's part. stem names its types where the schema
// does not; key is the name of the part.
func (o *outputs) value(stem, key string, s *jsonSchema) *value {
	s, _ = s.core()
	switch {
	case s.record():
		return o.object(stem, s)
	case s.is("array"):
		if s.Items == nil {
			return &value{kind: kindJSON, name: "JSON"}
		}
		if items, nullable := s.Items.core(); !nullable && items.Ref == "" {
			return &value{kind: kindList, elem: o.value(stem, singular(key), items)}
		}
		return &value{kind: kindJSON, name: "JSON"}
	case len(s.words()) > 0:
		return &value{name: o.types.enum(stem, key, s.words())}
	case s.is("string") && s.Format == "date-time", s.is("string") && isTime(key):
		return &value{name: "DateTime"}
	case s.is("string") && isID(key):
		return &value{name: "ID"}
	case s.is("string"):
		return &value{name: "String"}
	case s.is("boolean"):
		return &value{name: "Boolean"}
	case s.is("number"):
		return &value{name: "Float"}
	case s.is("integer") && s.Format == "int64":
		return &value{name: "Long"}
	case s.is("integer"):
		return &value{kind: kindInt, name: "Int"}
	default:
		return &value{kind: kindJSON, name: "JSON"}
	}
}

// object is the type of an object with declared keys.
func (o *outputs) object(stem string, s *jsonSchema) *value {
	name := typeName(s.Title)
	if name == "" {
		name = stem
	}
	obj := &object{fields: map[string]*member{}}
	def := &ast.Definition{Kind: ast.Object, Description: s.Description}
	for key, p := range s.properties {
		field := casing.Camel(key)
		if !validName(field) {
			return &value{kind: kindJSON, name: "JSON"} // its keys cannot be named
		}
		inner, nullable := p.core()
		m := &member{key: key, value: o.value(name+casing.Pascal(key), key, p), required: !nullable && slices.Contains(s.Required, key)}
		if inner.is("array") || m.value.kind == kindJSON {
			m.required = false // an empty list may be null, and so may any JSON
		}
		obj.fields[field], obj.order = m, append(obj.order, field)
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: field, Type: m.value.typ(m.required), Directives: deprecated(p),
			Description: describe(key, inner.Description),
		})
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
