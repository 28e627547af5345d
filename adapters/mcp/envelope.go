package mcp

import (
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"ratchet/schema"
)

// Fault says what is wrong with a line of a client that is no JSON-RPC 2.0
// message. answer is the line that says so, nil where the protocol wants none;
// invalid is false when the line is a message.
func Fault(line []byte) (answer []byte, faulty bool) {
	if err := schema.CheckSyntax(line); err != nil {
		return faultLine(nil, jsonrpc.CodeParseError, "the line is not JSON: "+err.Error()), true
	}
	if m, ok := decodeMessage(line); ok {
		if _, ok := m.plain(); ok {
			return nil, false // most lines are: a look at their parts is enough
		}
	}
	fault, id, silent := notRPC(line)
	if fault == "" || silent {
		return nil, fault != ""
	}
	return faultLine(id, jsonrpc.CodeInvalidRequest, fault), true
}

// faultLine is a JSON-RPC error as a line of stdio.
func faultLine(id json.RawMessage, code int, message string) []byte {
	return append(toJSON(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message}}), '\n')
}

// notRPC says why valid JSON is no JSON-RPC 2.0 message; empty when it is one.
// id is that of the request where it can be seen. Silent is set for responses,
// which are never answered.
func notRPC(raw []byte) (fault string, id json.RawMessage, silent bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil || m == nil {
		return "a message is one JSON object; batches are not supported; send several messages, or ratchet_batch_execute", nil, false
	}
	method, isCall := m["method"]
	_, failed := m["error"]
	_, answered := m["result"]
	given, hasID := m["id"]
	response := !isCall && (failed || answered)
	if hasID && !response && isID(given) {
		id = given
	}
	switch {
	case string(m["jsonrpc"]) != `"2.0"`:
		return `jsonrpc must be "2.0"`, id, response
	case !isCall && !response:
		return "method is missing", id, false
	case isCall && method[0] != '"':
		return "method must be a string", id, false
	case response && (!hasID || string(given) == "null"):
		return "a response needs the id of its request", nil, true
	case hasID && !isID(given):
		return "id must be a string or a number", nil, response
	}
	if params, ok := m["params"]; ok && isCall && params[0] != '{' && params[0] != '[' && string(params) != "null" {
		return "params must be an object", id, false
	}
	if _, err := jsonrpc.DecodeMessage(withSafeID(raw)); err != nil { // whatever the SDK cannot read would end its connection
		if strings.Contains(err.Error(), "nesting depth") {
			return "the message nests deeper than 1000 objects and lists", id, response
		}
		return "the message has members of other types than JSON-RPC 2.0 gives them", id, response
	}
	return "", id, false
}

// isID says whether a JSON value may be the id of a request.
func isID(raw json.RawMessage) bool {
	return raw[0] == '"' || raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9'
}
