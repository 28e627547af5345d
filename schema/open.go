package schema

import (
	"bytes"
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// Open says of every object without declared members that it may have any:
// generators of types take a schema that does not say so for that of an object
// without members. raw must be a schema of a tool.
func Open(raw json.RawMessage) json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return raw
	}
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return raw
		}
		for i := range list {
			list[i] = Open(list[i])
		}
		return mustWrite(list)
	case '{':
	default:
		return raw
	}
	keywords := orderedmap.New[string, json.RawMessage]()
	if json.Unmarshal(raw, keywords) != nil {
		return raw
	}
	for _, name := range []string{"items", "additionalProperties", "oneOf", "anyOf", "allOf"} {
		if value, ok := keywords.Get(name); ok {
			keywords.Set(name, Open(value))
		}
	}
	if value, ok := keywords.Get("properties"); ok {
		members := orderedmap.New[string, json.RawMessage]()
		if json.Unmarshal(value, members) == nil {
			for pair := members.Oldest(); pair != nil; pair = pair.Next() {
				pair.Value = Open(pair.Value)
			}
			keywords.Set("properties", mustWrite(members))
		}
	}
	_, declared := keywords.Get("properties")
	_, said := keywords.Get("additionalProperties")
	if kind, _ := keywords.Get("type"); string(kind) == `"object"` && !declared && !said {
		keywords.Set("additionalProperties", json.RawMessage("true"))
	}
	return mustWrite(keywords)
}

func mustWrite(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("schema: write a schema: %v", err)) // of parts that were read
	}
	return raw
}
