package rest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"ratchet/registry"

	"ratchet"
)

// linkReads gives each route that changes something the route that reads it: the
// one of the same path by GET.
func (n *node) linkReads() {
	read := n.methods[http.MethodGet]
	for _, method := range []string{http.MethodPatch, http.MethodPut} {
		change := n.methods[method]
		if read != nil && read.op != nil && read.op.filters == nil && change != nil && change.op != nil {
			change.op.reads = read.op
		}
	}
	for _, next := range n.literal {
		next.linkReads()
	}
	if n.variable != nil {
		n.variable.linkReads()
	}
}

// withoutEchoes is a body without the members that the caller has read and sends
// back unchanged, as front ends do that send a whole row: they are no arguments,
// and mean nothing. One with another value is refused. The body is valid JSON.
func (x *requestContext) withoutEchoes(op *operation, body []byte) ([]byte, error) {
	if op.reads == nil {
		return body, nil
	}
	var kept, echoes []member
	for _, m := range members(body) {
		if op.in.Field(m.name) == nil && op.reads.out.Field(m.name) != nil {
			echoes = append(echoes, m)
		} else {
			kept = append(kept, m)
		}
	}
	if len(echoes) == 0 {
		return body, nil
	}
	row, err := x.current(op.reads)
	if err != nil {
		return nil, err
	}
	for _, m := range echoes {
		name := op.reads.out.Field(m.name).Camel
		if now := find(row, name); now == nil || !sameText(now, m.raw) {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s cannot be changed here", name).At("/"+name).
				With(ratchet.FieldAllowed, camelNames(op.in)).WithHint("leave it out, or send it as GET %s returns it", x.r.URL.Path)
		}
	}
	return object(kept), nil
}

// current is the entity at the path of the request, with names in camelCase.
func (x *requestContext) current(read *operation) ([]member, error) {
	args := make([]member, len(x.vars))
	for i, v := range x.vars {
		args[i] = member{v.name, quoted(v.value)}
	}
	out, err := registry.Invoke(x.context(), x.h.deps(), read.tool, object(args))
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("read the current state: %w", err)
	}
	return members(camelJSON(read.out, raw, nil)), nil
}
