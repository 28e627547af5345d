package openapi

import (
	"bytes"
	"encoding/json"
)

// openObjects says of every object without declared members that it may have
// any: generators of types take a schema that does not say so for that of an
// object without members. schema is one that the registry made.
func openObjects(schema json.RawMessage) json.RawMessage {
	schema = bytes.TrimSpace(schema)
	if len(schema) == 0 {
		return schema
	}
	switch schema[0] {
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(schema, &list) != nil {
			return schema
		}
		for i := range list {
			list[i] = openObjects(list[i])
		}
		return marshal(list)
	case '{':
	default:
		return schema
	}
	keywords := newOrdered[json.RawMessage]()
	if json.Unmarshal(schema, keywords) != nil {
		return schema
	}
	for _, name := range []string{"items", "additionalProperties", "oneOf", "anyOf", "allOf"} {
		if value, ok := keywords.Get(name); ok {
			keywords.Set(name, openObjects(value))
		}
	}
	if value, ok := keywords.Get("properties"); ok {
		members := newOrdered[json.RawMessage]()
		if json.Unmarshal(value, members) == nil {
			for pair := members.Oldest(); pair != nil; pair = pair.Next() {
				pair.Value = openObjects(pair.Value)
			}
			keywords.Set("properties", marshal(members))
		}
	}
	_, declared := keywords.Get("properties")
	_, said := keywords.Get("additionalProperties")
	if kind(schema) == "object" && !declared && !said {
		keywords.Set("additionalProperties", json.RawMessage("true"))
	}
	return marshal(keywords)
}
