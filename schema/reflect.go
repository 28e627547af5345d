package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
)

// Partial is implemented by types whose JSON holds some of the fields of
// another type, such as the rows of a list with a field selection.
type Partial interface {
	// PartialOf returns a value of the other type.
	PartialOf() any
}

// Shaped is implemented by types that write their own schema, because their
// JSON has more than one form.
type Shaped interface {
	// Shape returns the schema as JSON; a mistake in it panics.
	Shape() string
}

var (
	partialType = reflect.TypeFor[Partial]()
	shapedType  = reflect.TypeFor[Shaped]()
)

func shapeOf(t reflect.Type) *jsonschema.Schema {
	shaped, _ := reflect.Zero(t).Interface().(Shaped)
	s := new(jsonschema.Schema)
	if err := json.Unmarshal([]byte(shaped.Shape()), s); err != nil {
		panic(fmt.Sprintf("schema: the shape of %s: %v", t, err))
	}
	return s
}

// For derives the schema of T from its fields and tags: one flat, closed
// object of draft 2020-12 without references. A field is optional by
// omitempty; descriptions are in jsonschema_description or jsonschema tags,
// bounds and enums in jsonschema tags. T must be a struct whose schema is an
// object; anything else panics, because it is a mistake in the program.
func For[T any]() json.RawMessage {
	t := reflect.TypeFor[T]()
	s := reflector().ReflectFromType(t)
	s.Version = ""
	if s.Type != "object" {
		panic(fmt.Sprintf("schema: %s is not an object", t))
	}
	if s.Properties == nil {
		s.Properties = jsonschema.NewProperties()
	}
	spell(s)
	raw, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("schema: %s: %v", t, err))
	}
	return raw
}

// spell writes the schema that accepts everything as {} where it is a property:
// protocol revisions before 2026-07-28 want an object there, not true.
func spell(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if raw, err := json.Marshal(pair.Value); err == nil && string(raw) == "true" {
			pair.Value = &jsonschema.Schema{Extras: map[string]any{}} // empty extras keep the library from writing true
		}
		spell(pair.Value)
	}
	spell(s.Items)
	spell(s.AdditionalProperties)
	for _, one := range s.OneOf {
		spell(one)
	}
}

func reflector() *jsonschema.Reflector {
	r := &jsonschema.Reflector{DoNotReference: true, Anonymous: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		if t.Implements(shapedType) {
			return shapeOf(t)
		}
		if !t.Implements(partialType) {
			return nil
		}
		p, _ := reflect.Zero(t).Interface().(Partial)
		s := reflector().ReflectFromType(reflect.TypeOf(p.PartialOf()))
		s.Version = ""
		optional(s)
		return s
	}
	return r
}

func optional(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	s.Required = nil
	optional(s.Items)
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		optional(pair.Value)
	}
}

// titledSchema is the schema of the struct type t with what surfaces with named
// types need: each object's title is the name of its Go type, int64 has the
// format int64, and rows of a list are whole.
func titledSchema(t reflect.Type) *jsonschema.Schema {
	s := titled(t).ReflectFromType(t)
	s.Version, s.Title = "", t.Name()
	return s
}

// titled reflects root and leaves the structs below it to reflectors of their own.
func titled(root reflect.Type) *jsonschema.Reflector {
	r := &jsonschema.Reflector{DoNotReference: true, Anonymous: true}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema {
		switch {
		case t == root:
			return nil
		case t.Implements(shapedType):
			return shapeOf(t)
		case t.Kind() == reflect.Int64:
			return &jsonschema.Schema{Type: "integer", Format: "int64"}
		case t.Implements(partialType):
			p, _ := reflect.Zero(t).Interface().(Partial)
			t = reflect.TypeOf(p.PartialOf())
		case t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]():
			return nil
		}
		s := titled(t).ReflectFromType(t)
		s.Version, s.Title = "", t.Name()
		return s
	}
	return r
}
