package casing

import (
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// object is a JSON object that keeps the order of its keys.
type object = orderedmap.OrderedMap[string, json.RawMessage]

// Schema is a JSON Schema with the names of its properties in camelCase, in
// the same order. raw must be a schema of a tool: nil stays nil, and anything
// that is not a schema panics, because it is a mistake in the program.
func Schema(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return nil
	}
	out, err := schema(raw)
	if err != nil {
		panic(fmt.Sprintf("casing: %v", err))
	}
	return out
}

func schema(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return raw, nil // true or false
	}
	keywords := orderedmap.New[string, json.RawMessage]()
	if err := json.Unmarshal(raw, keywords); err != nil {
		return nil, fmt.Errorf("read a schema: %w", err)
	}
	for pair := keywords.Oldest(); pair != nil; pair = pair.Next() {
		var err error
		switch pair.Key {
		case "properties":
			pair.Value, err = properties(pair.Value)
		case "required":
			pair.Value, err = names(pair.Value)
		case "items", "additionalProperties", "not":
			pair.Value, err = schema(pair.Value)
		case "oneOf", "anyOf", "allOf", "prefixItems":
			pair.Value, err = alternatives(pair.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(keywords)
}

func properties(raw json.RawMessage) (json.RawMessage, error) {
	var old object
	if err := json.Unmarshal(raw, &old); err != nil {
		return nil, fmt.Errorf("read the properties: %w", err)
	}
	out := orderedmap.New[string, json.RawMessage]()
	for pair := old.Oldest(); pair != nil; pair = pair.Next() {
		value, err := schema(pair.Value)
		if err != nil {
			return nil, err
		}
		out.Set(Camel(pair.Key), value)
	}
	return json.Marshal(out)
}

func names(raw json.RawMessage) (json.RawMessage, error) {
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read a list of names: %w", err)
	}
	for i := range list {
		list[i] = Camel(list[i])
	}
	return json.Marshal(list)
}

func alternatives(raw json.RawMessage) (json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read a list of schemas: %w", err)
	}
	for i := range list {
		var err error
		if list[i], err = schema(list[i]); err != nil {
			return nil, err
		}
	}
	return json.Marshal(list)
}
