package endpoint

import (
	"encoding/json"
	"net/http"
)

// Schemas of members of an object.
const (
	String       = `{"type":"string"}`
	StringOrNull = `{"type":["string","null"]}`
	Number       = `{"type":"number"}`
	Boolean      = `{"type":"boolean"}`
	Time         = `{"type":"string","format":"date-time"}`
	AnyObject    = `{"type":"object"}`
	ObjectOrNull = `{"type":["object","null"]}`
	Strings      = `{"type":"array","items":{"type":"string"}}`
)

// Object is the schema of an object by the names and schemas of its members, in turn;
// those with a ! at the end of their name are always there.
func Object(members ...string) json.RawMessage {
	properties, required := map[string]json.RawMessage{}, []string{}
	for i := 0; i+1 < len(members); i += 2 {
		name := members[i]
		if last := len(name) - 1; name[last] == '!' {
			name = name[:last]
			required = append(required, name)
		}
		properties[name] = json.RawMessage(members[i+1])
	}
	raw, _ := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": required})
	return raw
}

// Read is a GET that needs no credentials and answers one JSON body without an envelope.
func Read(path, id, tag, summary string, schema json.RawMessage, more ...Answer) Operation {
	return Operation{
		Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Open: true,
		Answers: append([]Answer{{Status: http.StatusOK, Description: summary + ".", Schema: schema, Whole: true}}, more...),
	}
}

// Document is a GET that needs no credentials and answers something other than JSON.
func Document(path, id, tag, summary, kind, about string) Operation {
	return Operation{
		Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Open: true,
		Answers: []Answer{{Status: http.StatusOK, Description: about, Kind: kind}},
	}
}
