package graphql

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// argumentAt points to the argument, or the part of one, that is at a place of
// a document; empty = none is.
func argumentAt(query string, at gqlerror.Location) string {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxLocated)
	if err != nil {
		return ""
	}
	for _, op := range doc.Operations {
		if p := argumentIn(op.SelectionSet, at); p != "" {
			return p
		}
	}
	for _, f := range doc.Fragments {
		if p := argumentIn(f.SelectionSet, at); p != "" {
			return p
		}
	}
	return ""
}

// maxLocated bounds the documents in which a place is looked for.
const maxLocated = 5000

func argumentIn(set ast.SelectionSet, at gqlerror.Location) string {
	for _, sel := range set {
		var below ast.SelectionSet
		switch sel := sel.(type) {
		case *ast.Field:
			below = sel.SelectionSet
			for _, a := range sel.Arguments {
				if p, ok := valueAt(a.Value, "/"+a.Name, at); ok {
					return p
				}
			}
		case *ast.InlineFragment:
			below = sel.SelectionSet
		}
		if p := argumentIn(below, at); p != "" {
			return p
		}
	}
	return ""
}

func valueAt(v *ast.Value, pointer string, at gqlerror.Location) (string, bool) {
	if v == nil {
		return "", false
	}
	for i, child := range v.Children {
		name := child.Name
		if name == "" {
			name = strconv.Itoa(i)
		}
		if p, ok := valueAt(child.Value, pointer+"/"+name, at); ok {
			return p, true
		}
	}
	return pointer, v.Position != nil && v.Position.Line == at.Line && v.Position.Column == at.Column
}

// argumentsOf are the names of a field's arguments.
func (h *Handler) argumentsOf(object, field string) []string {
	def := h.schema.ast.Types[object]
	if def == nil {
		return nil
	}
	f := def.Fields.ForName(field)
	if f == nil {
		return nil
	}
	var names []string
	for _, a := range f.Arguments {
		names = append(names, a.Name)
	}
	return names
}
