package runtime

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// rendered writes an expression as V8 names it in its errors.
func rendered(e ast.Expression) string {
	switch n := e.(type) {
	case *ast.Identifier:
		return n.Name.String()
	case *ast.ThisExpression:
		return "this"
	case *ast.SuperExpression:
		return "super"
	case *ast.NullLiteral:
		return "null"
	case *ast.BooleanLiteral:
		return strconv.FormatBool(n.Value)
	case *ast.NumberLiteral:
		return n.Literal
	case *ast.StringLiteral:
		return `"` + n.Value.String() + `"`
	case *ast.DotExpression:
		if _, super := n.Left.(*ast.SuperExpression); super {
			return "(intermediate value)." + n.Identifier.Name.String()
		}
		return rendered(n.Left) + "." + n.Identifier.Name.String()
	case *ast.PrivateDotExpression:
		return rendered(n.Left) + ".#" + n.Identifier.Name.String()
	case *ast.BracketExpression:
		if key, ok := n.Member.(*ast.StringLiteral); ok {
			return rendered(n.Left) + "." + key.Value.String()
		}
		return rendered(n.Left) + "[" + rendered(n.Member) + "]"
	case *ast.CallExpression:
		return rendered(n.Callee) + "(...)"
	case *ast.OptionalChain:
		return rendered(n.Expression)
	case *ast.Optional:
		return rendered(n.Expression)
	case *ast.UnaryExpression:
		if op := n.Operator.String(); op == "void" || op == "typeof" || op == "delete" {
			return "(" + op + " " + rendered(n.Operand) + ")"
		}
		return "(" + n.Operator.String() + rendered(n.Operand) + ")"
	case *ast.BinaryExpression:
		if n.Operator == token.LOGICAL_AND || n.Operator == token.LOGICAL_OR || n.Operator == token.COALESCE {
			break
		}
		return "(" + rendered(n.Left) + " " + n.Operator.String() + " " + rendered(n.Right) + ")"
	case *ast.ObjectLiteral:
		return "{" + strings.Repeat("(intermediate value)", len(n.Value)) + "}"
	case *ast.ArrayLiteral:
		list := make([]string, len(n.Value))
		for i, item := range n.Value {
			list[i] = rendered(item)
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	return "(intermediate value)"
}

// placeOf is where the engine says that an expression is.
func placeOf(e ast.Expression) file.Idx {
	switch n := e.(type) {
	case *ast.DotExpression:
		return n.Identifier.Idx
	case *ast.PrivateDotExpression:
		return n.Identifier.Idx
	case *ast.BracketExpression:
		return n.RightBracket
	case *ast.CallExpression:
		return n.RightParenthesis
	case *ast.OptionalChain:
		return placeOf(n.Expression)
	case *ast.Optional:
		return placeOf(n.Expression)
	case nil:
		return 0
	}
	return e.Idx0()
}

// kindOf names a value as V8 does where it has no text for it.
func kindOf(value goja.Value) string {
	switch {
	case value == nil, goja.IsUndefined(value):
		return "undefined"
	case goja.IsNull(value):
		return "object null"
	}
	if _, object := value.(*goja.Object); object {
		return "object"
	}
	if text := value.String(); goja.IsString(value) {
		return `string "` + text + `"`
	} else if goja.IsNumber(value) {
		return "number " + text
	} else {
		return "boolean " + text
	}
}

// shortOf is a value in few words, without running code of the task.
func shortOf(value goja.Value) string {
	o, object := value.(*goja.Object)
	switch {
	case value == nil:
		return "undefined"
	case !object:
		return value.String()
	case o.ClassName() == "Array":
		return "[object Array]"
	}
	return "#<" + o.ClassName() + ">"
}

func nullish(value goja.Value) bool {
	return value == nil || goja.IsUndefined(value) || goja.IsNull(value)
}

func nullText(value goja.Value) string {
	if value != nil && goja.IsNull(value) {
		return "null"
	}
	return "undefined"
}
