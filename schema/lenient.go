package schema

import (
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// Lenient returns a JSON Schema that requires nothing: what it describes may
// leave out any member. raw must be a schema of a tool, as for Camel.
func Lenient(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return raw // true or false
	}
	keywords := orderedmap.New[string, json.RawMessage]()
	mustParse(raw, keywords)
	keywords.Delete("required")
	for pair := keywords.Oldest(); pair != nil; pair = pair.Next() {
		switch pair.Key {
		case "properties":
			members := orderedmap.New[string, json.RawMessage]()
			mustParse(pair.Value, members)
			for m := members.Oldest(); m != nil; m = m.Next() {
				m.Value = Lenient(m.Value)
			}
			pair.Value = mustWrite(members)
		case "items", "additionalProperties":
			pair.Value = Lenient(pair.Value)
		case "oneOf", "anyOf", "allOf":
			var forms []json.RawMessage
			mustParse(pair.Value, &forms)
			for i := range forms {
				forms[i] = Lenient(forms[i])
			}
			pair.Value = mustWrite(forms)
		}
	}
	return mustWrite(keywords)
}

func mustParse(raw json.RawMessage, into any) {
	if err := json.Unmarshal(raw, into); err != nil {
		panic(fmt.Sprintf("schema: read a schema: %v", err))
	}
}
