package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"

	"ratchet/casing"
)

// Type is what a schema says of a value, for those who describe values,
// translate their names or make types of them. It never changes.
type Type struct {
	Kind        string // array, boolean, integer, number, object or string; empty = any, or several
	Nullable    bool
	Title       string
	Description string
	Format      string
	Enum        []string // of a string; nil = any
	Default     json.RawMessage
	Deprecated  bool
	Fields      []*Field // of an object, or of those forms of the value that are one
	Items       *Type    // of an array; nil = any
	Rest        *Type    // of the further values of an object; nil = any, or none

	// Own says that nothing in the value is declared: it is the user's own, and
	// its names are never translated.
	Own bool

	byName map[string]*Field // by both spellings
}

// Field is a member of an object.
type Field struct {
	Name     string // in snake_case
	Camel    string // in camelCase
	Index    int    // among the fields of its object
	Required bool
	Type     *Type
}

// TypeOf reads the schema of the struct type t. Titles of objects are the names
// of their Go types, int64 has the format int64, and rows of a list are whole.
func TypeOf(t reflect.Type) *Type { return typeOf(titledSchema(t)) }

// ParseType reads a schema of ours. Schemas that are true, or that refer to
// others, say nothing.
func ParseType(raw json.RawMessage) (*Type, error) {
	s := new(jsonschema.Schema)
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("read a schema: %w", err)
	}
	return typeOf(s), nil
}

// typeOf reads s. Of a value that may be null, it reads the other form.
func typeOf(s *jsonschema.Schema) *Type {
	if form, nullable := notNull(s); nullable {
		t := typeOf(form)
		t.Nullable = true
		if t.Description == "" {
			t.Description = s.Description
		}
		return t
	}
	t := &Type{
		Kind: s.Type, Title: s.Title, Description: s.Description, Format: s.Format,
		Enum: words(s), Default: preset(s.Default), Deprecated: s.Deprecated,
	}
	if s.Items != nil && s.Items.Ref == "" {
		t.Items = typeOf(s.Items)
	}
	if rest := s.AdditionalProperties; rest != nil && (rest.Type != "" || rest.Properties != nil || rest.OneOf != nil) {
		t.Rest = typeOf(rest)
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		t.field(&Field{
			Name: pair.Key, Camel: casing.Camel(pair.Key), Required: slices.Contains(s.Required, pair.Key), Type: typeOf(pair.Value),
		})
	}
	for _, form := range append(s.OneOf, s.AnyOf...) {
		for _, f := range typeOf(form).Fields {
			t.field(f)
		}
	}
	plain := t.Kind != "" && t.Kind != "array" && t.Kind != "object"
	t.Own = !plain && t.Fields == nil && (t.Items == nil || t.Items.Own) && (t.Rest == nil || t.Rest.Own)
	return t
}

// notNull is the other form of a value that may be null.
func notNull(s *jsonschema.Schema) (form *jsonschema.Schema, nullable bool) {
	for _, forms := range [][]*jsonschema.Schema{s.OneOf, s.AnyOf} {
		if len(forms) != 2 {
			continue
		}
		for i, form := range forms {
			if form.Type == "null" {
				return forms[1-i], true
			}
		}
	}
	return nil, false
}

func words(s *jsonschema.Schema) []string {
	if s.Type != "string" {
		return nil
	}
	var list []string
	for _, v := range s.Enum {
		word, ok := v.(string)
		if !ok {
			return nil
		}
		list = append(list, word)
	}
	return list
}

func preset(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	return mustWrite(value)
}

// field adds a field, unless one of its name is there.
func (t *Type) field(f *Field) {
	if t.byName == nil {
		t.byName = map[string]*Field{}
	}
	if t.byName[f.Name] != nil {
		return
	}
	f.Index = len(t.Fields)
	t.Fields = append(t.Fields, f)
	t.byName[f.Name], t.byName[f.Camel] = f, f
}

// Field finds a field by either spelling; nil = there is none. t may be nil.
func (t *Type) Field(name string) *Field {
	if t == nil {
		return nil
	}
	return t.byName[name]
}

// Also returns a copy of t that finds fields by further names too, in either
// spelling: names says which field each of them is.
func (t *Type) Also(names map[string]string) *Type {
	if len(names) == 0 {
		return t
	}
	with := *t
	with.byName = maps.Clone(t.byName)
	for name, field := range names {
		with.byName[name], with.byName[casing.Camel(name)] = t.byName[field], t.byName[field]
	}
	return &with
}

// Record says whether the value is an object with declared fields.
func (t *Type) Record() bool { return t != nil && t.Kind == "object" && len(t.Fields) > 0 }

// Rows is the first field that is a list of described items, but for the
// filters that a list repeats; nil = there is none.
func (t *Type) Rows() *Field {
	if t == nil {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name != "filters" && f.Type.Kind == "array" && f.Type.Items != nil {
			return f
		}
	}
	return nil
}
