package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratchet"
	"ratchet/tools"
)

// operation is a route of a tool, with what its schemas say.
type operation struct {
	tool    tools.Tool
	route   tools.Route
	in, out *shape // out is nil for documents
	fixed   []member
	filters map[string]ratchet.FilterField // of a list, by name; nil = no list
	items   string                         // key of the items in the result; of lists and of routes to one item
	noun    string                         // of the items, for content-range: the last part of the path
}

func newOperation(t tools.Tool, r tools.Route) (*operation, error) {
	op := &operation{tool: t, route: r}
	var err error
	if op.in, err = shapeOf(t.In); err != nil {
		return nil, err
	}
	if op.in == nil {
		op.in = &shape{}
	}
	if op.out, err = shapeOf(t.Out); err != nil {
		return nil, err
	}
	if len(r.Set) > 0 {
		if !json.Valid(r.Set) {
			return nil, fmt.Errorf("the fixed arguments are no JSON")
		}
		op.fixed = members(r.Set)
	}
	for _, name := range r.Variables() {
		if op.in.props[name] == nil {
			return nil, fmt.Errorf("the tool has no argument %s", name)
		}
	}
	for _, m := range op.fixed {
		if op.in.props[m.name] == nil {
			return nil, fmt.Errorf("the tool has no argument %s", m.name)
		}
	}
	list := t.Filters != nil && r.Method == http.MethodGet && !r.One
	if list || r.One {
		if op.items = op.itemsKey(); op.items == "" {
			return nil, fmt.Errorf("the result holds no list")
		}
	}
	if list {
		op.filters = map[string]ratchet.FilterField{}
		for _, f := range t.Filters() {
			op.filters[f.Name] = f
		}
		parts := strings.Split(r.Path, "/")
		op.noun = parts[len(parts)-1]
	}
	return op, nil
}

// itemsKey is the key of the items in a result: its only list but filters.
func (op *operation) itemsKey() string {
	d, err := readSchema(op.tool.Out)
	if err != nil {
		return ""
	}
	var keys []string
	for name, raw := range d.Properties {
		below, err := readSchema(raw)
		if err == nil && name != "filters" && slices.Contains(below.types(), "array") {
			keys = append(keys, name)
		}
	}
	if len(keys) != 1 {
		return ""
	}
	return keys[0]
}

// takes says whether the tool has an argument.
func (op *operation) takes(name string) bool { return op.in.props[name] != nil }

// member is a key of a JSON object with its value.
type member struct {
	name string // as it is written
	raw  []byte
}

// members reads the keys of a valid JSON object.
func members(object []byte) []member {
	r := renamer{src: object}
	r.space()
	if r.at >= len(object) || object[r.at] != '{' {
		return nil
	}
	r.at++
	var list []member
	for {
		r.space()
		if object[r.at] == '}' {
			return list
		}
		if object[r.at] == ',' {
			r.at++
			r.space()
		}
		start := r.at
		r.text()
		var name string
		_ = json.Unmarshal(object[start:r.at], &name) // a valid text
		r.space()
		r.at++
		r.space()
		start = r.at
		r.skip()
		list = append(list, member{name, object[start:r.at]})
	}
}

func find(list []member, name string) []byte {
	for _, m := range list {
		if m.name == name {
			return m.raw
		}
	}
	return nil
}
