package runtime

import "github.com/dop251/goja/ast"

// nameFunction notes the name that a function gets from where it stands: a
// variable, an assignment, a property, a method or a field.
func (in *instrumenter) nameFunction(n ast.Node) {
	switch n := n.(type) {
	case *ast.Binding:
		in.bind(n.Target, n.Initializer)
	case *ast.AssignExpression:
		in.bind(n.Left, n.Right)
	case *ast.PropertyKeyed:
		if !n.Computed {
			in.bind(n.Key, n.Value)
		}
	case *ast.MethodDefinition:
		if !n.Computed {
			in.bind(n.Key, n.Body)
		}
	case *ast.FieldDefinition:
		if !n.Computed {
			in.bind(n.Key, n.Initializer)
		}
	}
}

func (in *instrumenter) bind(target, value ast.Expression) {
	switch value.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
	default:
		return
	}
	switch t := target.(type) {
	case *ast.Identifier:
		in.names[value] = t.Name.String()
	case *ast.StringLiteral:
		in.names[value] = t.Value.String()
	case *ast.PrivateIdentifier:
		in.names[value] = "#" + t.Name.String()
	case *ast.DotExpression:
		in.names[value] = t.Identifier.Name.String()
	}
}
