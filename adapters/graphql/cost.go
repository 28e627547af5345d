package graphql

import "github.com/vektah/gqlparser/v2/ast"

// costs counts what a validated operation asks for. An object costs one, and
// so do ten plain fields; a list costs its items times its limit.
type costs struct {
	vars      map[string]any
	fragments map[string]cost
	unset     *ast.Directive // a condition that is null: a variable may be, in spite of its default
}

// cost is what a selection of one object asks for.
type cost struct {
	leaves  int // plain fields
	objects int // what its objects and lists cost
}

// beyond is more than any limit; sums stop there.
const beyond = 1 << 30

func (c cost) total() int { return min(max(1, (c.leaves+9)/10+c.objects), beyond) }

func (c *costs) selection(set ast.SelectionSet) cost {
	var sum cost
	add := func(more cost) {
		sum.leaves = min(sum.leaves+more.leaves, beyond)
		sum.objects = min(sum.objects+more.objects, beyond)
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			c.conditions(sel.Directives)
			switch {
			case sel.Name == "__schema" || sel.Name == "__type":
			case sel.Name == "__typename" || (len(sel.SelectionSet) == 0 && !root(sel.ObjectDefinition)):
				add(cost{leaves: 1})
			default:
				add(cost{objects: c.object(sel)})
			}
		case *ast.InlineFragment:
			c.conditions(sel.Directives)
			add(c.selection(sel.SelectionSet))
		case *ast.FragmentSpread:
			c.conditions(sel.Directives)
			known, ok := c.fragments[sel.Name]
			if !ok && sel.Definition != nil {
				known = c.selection(sel.Definition.SelectionSet)
				c.fragments[sel.Name] = known
			}
			add(known)
		}
	}
	return sum
}

// conditions looks for @skip and @include without a truth value.
func (c *costs) conditions(list ast.DirectiveList) {
	for _, d := range list {
		if arg := d.Arguments.ForName("if"); arg != nil && arg.Value.Kind == ast.Variable {
			if _, ok := c.vars[arg.Value.Raw].(bool); !ok {
				c.unset = d
			}
		}
	}
}

func root(d *ast.Definition) bool {
	return d != nil && (d.Name == "Query" || d.Name == "Mutation" || d.Name == "Subscription")
}

// object is what a field with fields of its own costs.
func (c *costs) object(f *ast.Field) int {
	inner := c.selection(f.SelectionSet).total()
	if f.Definition == nil || f.Definition.Arguments.ForName("limit") == nil {
		return inner
	}
	limit, ok := intArgument(f, "limit", c.vars)
	switch {
	case !ok:
		limit = 50
	case limit < 1 || limit > maxLimit:
		limit = 1 // the tool refuses it
	}
	return min(inner*limit, beyond)
}
