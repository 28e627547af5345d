package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ratchet/adapters/casing"
)

// shape is what of a schema the translation of names needs. A nil shape is a
// value of the user's own: nothing in it is translated or counted.
type shape struct {
	props map[string]*prop // by both spellings; nil = the keys are free
	rest  *shape           // of values under free keys
	items *shape           // of the elements of an array
	plain bool             // a text, number or boolean: counted as part of the envelope
}

// prop is a declared key of an object.
type prop struct {
	snake, camel string
	in, out      []byte // the key as JSON with its colon: in snake_case, in camelCase
	types        []string
	shape        *shape
	index        int // of the key among those of its object
}

// takes says whether values of the type are accepted.
func (p *prop) takes(typ string) bool { return slices.Contains(p.types, typ) }

type schemaDoc struct {
	Type                 json.RawMessage            `json:"type"`
	Properties           map[string]json.RawMessage `json:"properties"`
	Items                json.RawMessage            `json:"items"`
	AdditionalProperties json.RawMessage            `json:"additionalProperties"`
	AnyOf                []json.RawMessage          `json:"anyOf"`
	OneOf                []json.RawMessage          `json:"oneOf"`
}

func (d schemaDoc) types() []string {
	var one string
	if json.Unmarshal(d.Type, &one) == nil && one != "" {
		return []string{one}
	}
	var many []string
	_ = json.Unmarshal(d.Type, &many) // absent: any type
	return many
}

// readSchema reads what shapes need; schemas that are true or absent say nothing.
func readSchema(raw json.RawMessage) (schemaDoc, error) {
	var d schemaDoc
	if len(raw) == 0 || raw[0] != '{' {
		return d, nil
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, fmt.Errorf("read a schema: %w", err)
	}
	return d, nil
}

// shapeOf reads the schema of a value.
func shapeOf(raw json.RawMessage) (*shape, error) {
	d, err := readSchema(raw)
	if err != nil {
		return nil, err
	}
	s := &shape{}
	for _, alternative := range append(d.AnyOf, d.OneOf...) {
		other, err := shapeOf(alternative)
		if err != nil {
			return nil, err
		}
		s.merge(other)
	}
	if len(d.Properties) > 0 {
		own, err := propsOf(d.Properties)
		if err != nil {
			return nil, err
		}
		s.merge(&shape{props: own})
	}
	if len(d.Items) > 0 {
		if s.items, err = shapeOf(d.Items); err != nil {
			return nil, err
		}
	}
	if len(d.AdditionalProperties) > 0 {
		if s.rest, err = shapeOf(d.AdditionalProperties); err != nil {
			return nil, err
		}
	}
	types := d.types()
	s.plain = len(types) > 0 && !slices.Contains(types, "object") && !slices.Contains(types, "array")
	if s.props == nil && s.rest == nil && s.items == nil && !s.plain {
		return nil, nil
	}
	return s, nil
}

func (s *shape) merge(other *shape) {
	if other == nil {
		return
	}
	if other.props != nil {
		if s.props == nil {
			s.props = map[string]*prop{}
		}
		maps.Copy(s.props, other.props)
	}
	if s.items == nil {
		s.items = other.items
	}
	if s.rest == nil {
		s.rest = other.rest
	}
}

func propsOf(properties map[string]json.RawMessage) (map[string]*prop, error) {
	all := make(map[string]*prop, 2*len(properties))
	for i, name := range slices.Sorted(maps.Keys(properties)) {
		d, err := readSchema(properties[name])
		if err != nil {
			return nil, err
		}
		below, err := shapeOf(properties[name])
		if err != nil {
			return nil, err
		}
		p := &prop{snake: name, camel: casing.Camel(name), types: d.types(), shape: below, index: i}
		p.in, p.out = []byte(`"`+p.snake+`":`), []byte(`"`+p.camel+`":`)
		all[p.snake], all[p.camel] = p, p
	}
	return all, nil
}

// names are the declared keys in camelCase, sorted.
func (s *shape) names() []string {
	var list []string
	for key, p := range s.props {
		if key == p.camel {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}
