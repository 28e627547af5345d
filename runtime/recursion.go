package runtime

import (
	"regexp"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// catching finds what lets a program catch an error.
var catching = regexp.MustCompile(`\b(?:catch|then|allSettled)\b`)

// implicit are the names of members that the engine calls by itself.
var implicit = []string{
	"toString", "valueOf", "toJSON", "then", "next", "return", "throw", "get", "set", "has", "apply", "construct", "deleteProperty",
	"defineProperty", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf", "setPrototypeOf", "isExtensible", "preventExtensions",
}

// recursive are the functions of the source that may call themselves, directly
// or by way of others, as far as their names say.
func (src *parsed) recursive() map[ast.Node]bool {
	if !catching.MatchString(src.text) {
		return nil
	}
	c := &callGraph{vertices: map[any]int{}}
	walk(src.tree.Body, func(n ast.Node) bool { c.visit(n); return true })
	c.prune(c.to, c.from)
	c.prune(c.from, c.to)
	found := map[ast.Node]bool{}
	for key, v := range c.vertices {
		if fn, ok := key.(ast.Node); ok && !c.pruned[v] {
			found[fn] = true
		}
	}
	return found
}

// callGraph is a graph whose vertices are functions and names: a function leads to
// the functions in it and to the names that it reads, a name to the functions
// that have it.
type callGraph struct {
	vertices map[any]int // by ast.Node or string
	to, from [][]int
	pruned   []bool
	open     []scope // the functions around the node
}

type scope struct {
	vertex int
	end    file.Idx
}

func (c *callGraph) vertex(key any) int {
	v, ok := c.vertices[key]
	if !ok {
		v = len(c.to)
		c.vertices[key] = v
		c.to, c.from, c.pruned = append(c.to, nil), append(c.from, nil), append(c.pruned, false)
	}
	return v
}

func (c *callGraph) edge(from, to int) {
	c.to[from], c.from[to] = append(c.to[from], to), append(c.from[to], from)
}

func (c *callGraph) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.Binding:
		c.bind(n.Target, n.Initializer)
	case *ast.AssignExpression:
		c.bind(n.Left, n.Right)
	case *ast.PropertyKeyed:
		c.property(n.Key, n.Value, n.Computed)
	case *ast.MethodDefinition:
		c.property(n.Key, n.Body, n.Computed)
	case *ast.FieldDefinition:
		c.bind(n.Key, n.Initializer)
	case *ast.ClassLiteral:
		c.class(n)
	case *ast.FunctionLiteral:
		if n.Name != nil {
			c.name(n, n.Name.Name.String())
		}
		c.enter(n)
	case *ast.ArrowFunctionLiteral:
		c.enter(n)
	case *ast.Identifier:
		c.read(n.Idx, n.Name.String())
	case *ast.DotExpression:
		c.read(n.Identifier.Idx, n.Identifier.Name.String())
	case *ast.PrivateDotExpression:
		c.read(n.Identifier.Idx, "#"+n.Identifier.Name.String())
	}
}

// bind gives a function the name of what it is assigned to.
func (c *callGraph) bind(target, value ast.Expression) {
	switch t := target.(type) {
	case *ast.Identifier:
		c.name(value, t.Name.String())
	case *ast.StringLiteral:
		c.name(value, t.Value.String())
	case *ast.PrivateIdentifier:
		c.name(value, "#"+t.Name.String())
	case *ast.DotExpression:
		c.name(value, t.Identifier.Name.String())
	}
}

// property binds a member. What the engine calls by itself, such as toString,
// a trap or an iterator, counts as calling itself.
func (c *callGraph) property(key, value ast.Expression, computed bool) {
	text, ok := key.(*ast.StringLiteral)
	if computed || ok && slices.Contains(implicit, text.Value.String()) {
		if c.name(value, "") {
			c.edge(c.vertex(value), c.vertex(""))
		}
	}
	if !computed {
		c.bind(key, value)
	}
}

// class gives a constructor the names of its class.
func (c *callGraph) class(n *ast.ClassLiteral) {
	for _, e := range n.Body {
		m, ok := e.(*ast.MethodDefinition)
		if !ok {
			continue
		}
		if key, ok := m.Key.(*ast.StringLiteral); !ok || key.Value != "constructor" || m.Static {
			continue
		}
		if n.Name != nil {
			c.name(m.Body, n.Name.Name.String())
		}
	}
}

// name notes a name of fn, if that is a function.
func (c *callGraph) name(fn ast.Node, name string) bool {
	switch fn.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		c.edge(c.vertex(name), c.vertex(fn))
		return true
	}
	return false
}

// enter opens a function, which the one around it may call.
func (c *callGraph) enter(fn ast.Node) {
	v := c.vertex(fn)
	if around := c.around(fn.Idx0()); around >= 0 {
		c.edge(around, v)
	}
	c.open = append(c.open, scope{v, fn.Idx1()})
}

func (c *callGraph) read(at file.Idx, name string) {
	if around := c.around(at); around >= 0 {
		c.edge(around, c.vertex(name))
	}
}

// around is the innermost function around a place, as nodes are visited in
// source order; -1 = none.
func (c *callGraph) around(at file.Idx) int {
	for len(c.open) > 0 && at >= c.open[len(c.open)-1].end {
		c.open = c.open[:len(c.open)-1]
	}
	if len(c.open) == 0 {
		return -1
	}
	return c.open[len(c.open)-1].vertex
}

// prune takes out, again and again, what has no edge to the rest: it is in no cycle.
func (c *callGraph) prune(to, from [][]int) {
	left := make([]int, len(to))
	var loose []int
	for v := range to {
		for _, w := range to[v] {
			if !c.pruned[w] {
				left[v]++
			}
		}
		if left[v] == 0 && !c.pruned[v] {
			loose = append(loose, v)
		}
	}
	for len(loose) > 0 {
		v := loose[len(loose)-1]
		loose = loose[:len(loose)-1]
		c.pruned[v] = true
		for _, w := range from[v] {
			if left[w]--; left[w] == 0 && !c.pruned[w] {
				loose = append(loose, w)
			}
		}
	}
}
