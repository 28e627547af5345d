package rest

import (
	"encoding/json"

	"ratchet/tools"
)

// SnakeResult is a result as its tool spelled it.
func SnakeResult(t tools.Tool, data json.RawMessage) json.RawMessage {
	s, err := shapeOf(t.Out)
	if err != nil {
		panic(err)
	}
	r := renamer{src: data, toMCP: true}
	r.value(s, 0)
	if r.fault != nil {
		panic(r.fault)
	}
	return r.out
}

// CamelArgs are arguments as a client of this surface spells them.
func CamelArgs(t tools.Tool, args json.RawMessage) json.RawMessage {
	s, err := shapeOf(t.In)
	if err != nil {
		panic(err)
	}
	return camelJSON(s, args, nil)
}
