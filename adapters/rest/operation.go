package rest

import (
	"encoding/json"
	"fmt"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
)

// operation is a route of a tool, with what its schemas say.
type operation struct {
	tool    registry.Tool
	route   registry.Route
	in, out *schema.Type // out is nil for documents
	fixed   []member
	filters map[string]ratchet.FilterField // of a list, by name; nil = no list
	answer  registry.Answer
	noun    string     // of the items, for content-range: the last part of the path
	reads   *operation // reads what this one changes, at the same path; nil = none does
}

func newOperation(t registry.Tool, r registry.Route) (*operation, error) {
	op := &operation{tool: t, route: r, in: t.Args().Also(t.Also), out: t.Result(), answer: t.Answer(r)}
	if len(r.Set) > 0 {
		if !json.Valid(r.Set) {
			return nil, fmt.Errorf("the fixed arguments are no JSON")
		}
		op.fixed = members(r.Set)
	}
	for _, name := range r.Variables() {
		if !op.takes(name) {
			return nil, fmt.Errorf("the tool has no argument %s", name)
		}
	}
	for _, m := range op.fixed {
		if !op.takes(m.name) {
			return nil, fmt.Errorf("the tool has no argument %s", m.name)
		}
	}
	if (op.answer.List || r.One) && op.answer.Rows == "" {
		return nil, fmt.Errorf("the result holds no list")
	}
	if op.answer.List {
		op.filters = map[string]ratchet.FilterField{}
		for _, f := range t.Filters() {
			op.filters[f.Name] = f
		}
		parts := strings.Split(r.Path, "/")
		op.noun = parts[len(parts)-1]
	}
	return op, nil
}

// takes says whether the tool has an argument.
func (op *operation) takes(name string) bool { return op.in.Field(name) != nil }

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
