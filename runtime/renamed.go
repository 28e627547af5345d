package runtime

import (
	"strings"

	"github.com/dop251/goja/ast"
)

// renamed says whether esbuild gave another name to something a function takes
// its name from.
func (src *parsed) renamed() bool {
	found := false
	d := &debugInstrumenter{src: src, split: map[string][]string{}}
	check := func(id *ast.Identifier) {
		code := id.Name.String()
		if !strings.ContainsAny(code[len(code)-1:], "0123456789") {
			return
		}
		p := d.place(id.Idx)
		if p.Line == 0 || p.Line > len(d.lines(p.File)) || p.Column > len(d.lines(p.File)[p.Line-1]) {
			return
		}
		own := identifierText.FindString(d.lines(p.File)[p.Line-1][p.Column-1:])
		found = found || own != "" && own != code && strings.HasPrefix(code, own)
	}
	walk(src.tree.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Binding:
			if id, ok := n.Target.(*ast.Identifier); ok && anonymous(n.Initializer) {
				check(id)
			}
		case *ast.AssignExpression:
			if id, ok := n.Left.(*ast.Identifier); ok && anonymous(n.Right) {
				check(id)
			}
		case *ast.FunctionLiteral:
			if n.Name != nil {
				check(n.Name)
			}
		case *ast.ClassLiteral:
			if n.Name != nil {
				check(n.Name)
			}
		case *ast.ObjectPattern:
			for _, p := range n.Properties {
				if short, ok := p.(*ast.PropertyShort); ok && anonymous(short.Initializer) {
					check(&short.Name)
				}
			}
		}
		return !found
	})
	return found
}

// anonymous says whether an expression is a function or class that takes a name.
func anonymous(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.FunctionLiteral:
		return e.Name == nil
	case *ast.ArrowFunctionLiteral:
		return true
	case *ast.ClassLiteral:
		return e.Name == nil
	default:
		return false
	}
}
