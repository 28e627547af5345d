package server

import (
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// notRPC says why valid JSON is no JSON-RPC 2.0 message; empty when it is one.
// Silent is set for responses, which are never answered.
func notRPC(raw []byte) (fault string, silent bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil || m == nil {
		return "a message is one JSON object; batches are not supported", false
	}
	method, isCall := m["method"]
	_, failed := m["error"]
	_, answered := m["result"]
	id, hasID := m["id"]
	response := !isCall && (failed || answered)
	switch {
	case string(m["jsonrpc"]) != `"2.0"`:
		return `jsonrpc must be "2.0"`, response
	case !isCall && !response:
		return "method is missing", false
	case isCall && method[0] != '"':
		return "method must be a string", false
	case response && (!hasID || string(id) == "null"):
		return "a response needs the id of its request", true
	case hasID && id[0] != '"' && id[0] != '-' && (id[0] < '0' || id[0] > '9'):
		return "id must be a string or a number", response
	}
	if params, ok := m["params"]; ok && isCall && params[0] != '{' && params[0] != '[' && string(params) != "null" {
		return "params must be an object", false
	}
	if _, err := jsonrpc.DecodeMessage(marked(raw)); err != nil { // whatever the SDK cannot read would end its connection
		if strings.Contains(err.Error(), "nesting depth") {
			return "the message nests deeper than 1000 objects and lists", response
		}
		return "the message has members of other types than JSON-RPC 2.0 gives them", response
	}
	return "", false
}
