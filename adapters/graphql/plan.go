package graphql

import (
	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// plan is a selection of an object's fields, ready to be applied to many values.
type plan struct {
	object *object
	fields []selected
}

// selected is one field of a plan.
type selected struct {
	name   string // in the answer, quoted and with a colon
	alias  string
	member *member // nil = __typename
	sub    *plan   // what is selected below it; nil for leaves
	field  *ast.Field
}

// planFor prepares what op selects of an object. Fragments are merged;
// @skip and @include are applied.
func planFor(op *gql.OperationContext, set ast.SelectionSet, o *object) *plan {
	collected := gql.CollectFields(op, set, []string{o.name})
	p := &plan{object: o, fields: make([]selected, 0, len(collected))}
	for _, c := range collected {
		s := selected{name: string(appendString(nil, c.Alias)) + ":", alias: c.Alias, field: c.Field}
		if c.Name != "__typename" {
			s.member = o.fields[c.Name]
			v := s.member.value
			for v.kind == kindList {
				v = v.elem
			}
			if v.kind == kindObject {
				s.sub = planFor(op, c.Selections, v.object)
			}
		}
		p.fields = append(p.fields, s)
	}
	return p
}
