package schema

import (
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"

	"ratchet/casing"
)

// object is a JSON object that keeps the order of its keys.
type object = orderedmap.OrderedMap[string, json.RawMessage]

// Camel returns a JSON Schema with the names of its properties in camelCase, in
// the same order. raw must be a schema of a tool: nil stays nil, and anything
// that is not a schema panics, because it is a mistake in the program.
func Camel(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return nil
	}
	out, err := camel(raw)
	if err != nil {
		panic(fmt.Sprintf("schema: %v", err))
	}
	return out
}

func camel(raw json.RawMessage) (json.RawMessage, error) {
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
			pair.Value, err = camelProperties(pair.Value)
		case "required":
			pair.Value, err = camelNames(pair.Value)
		case "items", "additionalProperties", "not":
			pair.Value, err = camel(pair.Value)
		case "oneOf", "anyOf", "allOf", "prefixItems":
			pair.Value, err = camelForms(pair.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(keywords)
}

func camelProperties(raw json.RawMessage) (json.RawMessage, error) {
	var old object
	if err := json.Unmarshal(raw, &old); err != nil {
		return nil, fmt.Errorf("read the properties: %w", err)
	}
	out := orderedmap.New[string, json.RawMessage]()
	for pair := old.Oldest(); pair != nil; pair = pair.Next() {
		value, err := camel(pair.Value)
		if err != nil {
			return nil, err
		}
		out.Set(casing.Camel(pair.Key), value)
	}
	return json.Marshal(out)
}

func camelNames(raw json.RawMessage) (json.RawMessage, error) {
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read a list of names: %w", err)
	}
	for i := range list {
		list[i] = casing.Camel(list[i])
	}
	return json.Marshal(list)
}

func camelForms(raw json.RawMessage) (json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read a list of schemas: %w", err)
	}
	for i := range list {
		var err error
		if list[i], err = camel(list[i]); err != nil {
			return nil, err
		}
	}
	return json.Marshal(list)
}

// Property is a member of an object schema.
type Property struct {
	Name   string
	Schema json.RawMessage
}

// Properties are the members that an object schema declares, in their order.
// raw must be a schema of a tool, as for Camel.
func Properties(raw json.RawMessage) []Property {
	s := struct {
		Properties *object `json:"properties"`
	}{orderedmap.New[string, json.RawMessage]()}
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(fmt.Sprintf("schema: read the properties: %v", err))
	}
	var list []Property
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		list = append(list, Property{pair.Key, pair.Value})
	}
	return list
}

// With adds a property to the schema of an object, behind its own. raw must be a
// schema of a tool, as for Camel.
func With(raw json.RawMessage, p Property) json.RawMessage {
	keywords := orderedmap.New[string, json.RawMessage]()
	if err := json.Unmarshal(raw, keywords); err != nil {
		panic(fmt.Sprintf("schema: read a schema: %v", err))
	}
	members := orderedmap.New[string, json.RawMessage]()
	for _, known := range append(Properties(raw), p) {
		members.Set(known.Name, known.Schema)
	}
	keywords.Set("properties", mustWrite(members))
	return mustWrite(keywords)
}

// Items is the schema of an item of a list. raw must be a schema of a tool.
func Items(raw json.RawMessage) json.RawMessage {
	var s struct {
		Items json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(fmt.Sprintf("schema: read the items: %v", err))
	}
	return s.Items
}

// Object is the schema of an object with these members and no others.
func Object(properties []Property, required []string) json.RawMessage {
	members := orderedmap.New[string, json.RawMessage]()
	for _, p := range properties {
		members.Set(p.Name, p.Schema)
	}
	if required == nil {
		required = []string{}
	}
	return mustWrite(map[string]any{"type": "object", "properties": members, "required": required, "additionalProperties": false})
}
