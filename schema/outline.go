package schema

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	outlineFrom = 16 << 10 // bytes: smaller values are decoded whole
	maxUnknown  = 1000     // keys of an object that its schema does not take: more of them say nothing new
)

// outline decodes raw as far as the schema looks at it. An object or array that
// the schema takes or refuses whatever it holds becomes an empty one, so that
// memory goes with what the schema describes and not with what was sent.
func (s *Schema) outline(raw []byte) (any, error) {
	if len(raw) < outlineFrom || suspicious(raw) {
		return decodeBounded(raw)
	}
	o := &outliner{d: jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), left: maxWeight}
	v, err := o.value(s.root)
	if err != nil && !errors.Is(err, errHeavy) || err == nil && o.d.PeekKind() != 0 {
		return decodeBounded(raw) // says what is wrong
	}
	return v, err
}

type outliner struct {
	d    *jsontext.Decoder
	left int // bytes that may still be taken
}

// take counts what a value takes.
func (o *outliner) take(n int) error {
	if o.left -= n; o.left < 0 {
		return errHeavy
	}
	return nil
}

// value reads the next value; s is nil where the schema has nothing to say.
func (o *outliner) value(s *jsonschema.Schema) (any, error) {
	s = deref(s)
	kind := o.d.PeekKind()
	switch {
	case kind != '{' && kind != '[':
		return o.scalar()
	case s != nil && tangled(s):
		raw, err := o.d.ReadValue()
		if err != nil {
			return nil, err
		}
		if err := o.take(Weight(raw)); err != nil {
			return nil, err
		}
		return decode(raw)
	case kind == '{' && s != nil && describesObjects(s):
		return o.object(s)
	case kind == '[' && s != nil && describesArrays(s):
		return o.array(s)
	}
	if err := o.d.SkipValue(); err != nil {
		return nil, err
	}
	if kind == '{' {
		return map[string]any{}, nil
	}
	return []any{}, nil
}

// scalar reads a value without parts.
func (o *outliner) scalar() (any, error) {
	token, err := o.d.ReadToken()
	if err != nil {
		return nil, err
	}
	var v any
	switch token.Kind() {
	case 't', 'f':
		v = token.Bool()
	case '"':
		text := token.String()
		v, err = text, o.take(len(text))
	case '0':
		number := json.Number(token.String())
		v, err = number, o.take(len(number))
	}
	return v, err
}

func (o *outliner) object(s *jsonschema.Schema) (any, error) {
	if _, err := o.d.ReadToken(); err != nil {
		return nil, err
	}
	if err := o.take(objectWeight); err != nil {
		return nil, err
	}
	obj, unknown := map[string]any{}, 0
	for o.d.PeekKind() == '"' {
		name, err := o.d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if err := o.take(len(key)); err != nil {
			return nil, err
		}
		sub := s.Properties[key]
		if sub == nil {
			if unknown++; unknown > maxUnknown && s.MaxProperties == nil && s.MinProperties == nil {
				if err := o.d.SkipValue(); err != nil {
					return nil, err
				}
				continue
			}
		}
		if obj[key], err = o.value(sub); err != nil {
			return nil, err
		}
		if len(obj) > 8 {
			if err := o.take(valueWeight); err != nil {
				return nil, err
			}
		}
	}
	_, err := o.d.ReadToken()
	return obj, err
}

func (o *outliner) array(s *jsonschema.Schema) (any, error) {
	if _, err := o.d.ReadToken(); err != nil {
		return nil, err
	}
	if err := o.take(arrayWeight); err != nil {
		return nil, err
	}
	item, list := itemSchema(s), []any{}
	for k := o.d.PeekKind(); k != ']' && k != 0; k = o.d.PeekKind() {
		if s.MaxItems != nil && len(list) > *s.MaxItems {
			if err := o.d.SkipValue(); err != nil { // there are too many whatever they are
				return nil, err
			}
			continue
		}
		v, err := o.value(item)
		if err != nil {
			return nil, err
		}
		if err := o.take(valueWeight); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := o.d.ReadToken()
	return list, err
}

// tangled says whether a schema may look at any part of a value in ways that
// are not followed here.
func tangled(s *jsonschema.Schema) bool {
	return s.Enum != nil || s.Const != nil || s.Not != nil || s.AllOf != nil || s.AnyOf != nil || s.OneOf != nil || s.If != nil ||
		s.Ref != nil || s.RecursiveRef != nil || s.DynamicRef != nil || len(s.Extensions) > 0 ||
		s.PropertyNames != nil || s.PatternProperties != nil || isSchema(s.AdditionalProperties) || s.Dependencies != nil ||
		s.DependentRequired != nil || s.DependentSchemas != nil || s.UnevaluatedProperties != nil ||
		s.UniqueItems || s.Contains != nil || s.PrefixItems != nil || s.UnevaluatedItems != nil || isList(s.Items) || s.AdditionalItems != nil
}

func describesObjects(s *jsonschema.Schema) bool {
	closed, isBool := s.AdditionalProperties.(bool)
	return s.Properties != nil || s.Required != nil || s.MinProperties != nil || s.MaxProperties != nil || isBool && !closed
}

func describesArrays(s *jsonschema.Schema) bool {
	return itemSchema(s) != nil || s.MinItems != nil || s.MaxItems != nil
}

func isSchema(v any) bool {
	_, ok := v.(*jsonschema.Schema)
	return ok
}

func isList(v any) bool {
	_, ok := v.([]*jsonschema.Schema)
	return ok
}

// Lookup is the value at a JSON pointer in raw; nil when nothing is there.
// Nothing else of raw is decoded.
func Lookup(raw json.RawMessage, pointer string) json.RawMessage {
	d := jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for part := range jsontext.Pointer(pointer).Tokens() {
		switch token, err := d.ReadToken(); {
		case err != nil:
			return nil
		case token.Kind() == '{':
			if !toKey(d, part) {
				return nil
			}
		case token.Kind() != '[' || !toIndex(d, part):
			return nil
		}
	}
	value, err := d.ReadValue()
	if err != nil {
		return nil
	}
	return json.RawMessage(bytes.Clone(value))
}

func toKey(d *jsontext.Decoder, key string) bool {
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return false
		}
		if name.String() == key {
			return true
		}
		if d.SkipValue() != nil {
			return false
		}
	}
	return false
}

func toIndex(d *jsontext.Decoder, text string) bool {
	var index int
	if json.Unmarshal([]byte(text), &index) != nil || index < 0 {
		return false
	}
	for ; index > 0 && d.PeekKind() != ']'; index-- {
		if d.SkipValue() != nil {
			return false
		}
	}
	kind := d.PeekKind()
	return kind != ']' && kind != 0
}
