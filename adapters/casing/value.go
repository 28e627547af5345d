package casing

import (
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// Value is a JSON value with the keys that its schema declares in camelCase.
// Everything else in it stays, in the same order. It is for examples and
// documentation; schema is in snake_case.
func Value(schema, value json.RawMessage) (json.RawMessage, error) {
	if len(value) == 0 {
		return value, nil
	}
	var s struct {
		Properties           map[string]json.RawMessage `json:"properties"`
		Items                json.RawMessage            `json:"items"`
		AdditionalProperties json.RawMessage            `json:"additionalProperties"`
		OneOf                []json.RawMessage          `json:"oneOf"`
		AnyOf                []json.RawMessage          `json:"anyOf"`
	}
	if len(schema) == 0 || schema[0] != '{' {
		return value, nil
	}
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, fmt.Errorf("read a schema: %w", err)
	}
	for _, one := range append(s.OneOf, s.AnyOf...) {
		translated, err := Value(one, value)
		if err != nil || string(translated) != string(value) {
			return translated, err
		}
	}
	switch {
	case value[0] == '[' && len(s.Items) > 0:
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		for i := range list {
			var err error
			if list[i], err = Value(s.Items, list[i]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	case value[0] == '{' && (s.Properties != nil || len(s.AdditionalProperties) > 0):
		return members(s.Properties, s.AdditionalProperties, value)
	}
	return value, nil
}

func members(declared map[string]json.RawMessage, rest, value json.RawMessage) (json.RawMessage, error) {
	var old object
	if err := json.Unmarshal(value, &old); err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	out := orderedmap.New[string, json.RawMessage]()
	for pair := old.Oldest(); pair != nil; pair = pair.Next() {
		schema, known := declared[pair.Key]
		name := pair.Key
		if known {
			name = Camel(name)
		} else {
			schema = rest
		}
		member, err := Value(schema, pair.Value)
		if err != nil {
			return nil, err
		}
		out.Set(name, member)
	}
	return json.Marshal(out)
}
