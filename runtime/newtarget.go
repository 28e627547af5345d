package runtime

import (
	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// isConstructor says whether a method is the constructor of a class, which runs
// by new only.
func isConstructor(n *ast.MethodDefinition) bool {
	key, ok := n.Key.(*ast.StringLiteral)
	return ok && key.Value == "constructor" && !n.Static && !n.Computed
}

// newTarget is new.target of a function. The engine leaves that of a constructor
// to the functions which it calls; in one that new calls, this is made by it.
func (v *vm) newTarget(c goja.FunctionCall) goja.Value {
	target, constructed := c.Argument(0).(*goja.Object)
	this, object := c.Argument(1).(*goja.Object)
	if !constructed || !object {
		return goja.Undefined()
	}
	if prototype, ok := target.Get("prototype").(*goja.Object); ok && this.Prototype() == prototype {
		return target
	}
	return goja.Undefined()
}
