package rest

import (
	"encoding/json"

	"ratchet/registry"
)

// SnakeResult is a result as its tool spelled it.
func SnakeResult(t registry.Tool, data json.RawMessage) json.RawMessage {
	r := renamer{src: data, toMCP: true}
	r.value(t.Result(), 0)
	if r.fault != nil {
		panic(r.fault)
	}
	return r.out
}

// CamelArgs are arguments as a client of this surface spells them.
func CamelArgs(t registry.Tool, args json.RawMessage) json.RawMessage {
	return camelJSON(t.Args(), args, nil)
}
