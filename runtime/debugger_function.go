package runtime

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

func (d *debugInstrumenter) expression(s *debugScope, e *ast.Expression) {
	d.any(s, reflect.ValueOf(e))
}

// any does the functions, classes, awaits and yields under v.
func (d *debugInstrumenter) any(s *debugScope, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		d.any(s, v.Elem())
		if v.CanSet() && s.fn != 0 {
			d.waits(v)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch n := v.Interface().(type) {
		case *ast.FunctionLiteral:
			d.function(s, n)
			return
		case *ast.ArrowFunctionLiteral:
			d.arrow(s, n)
			return
		case *ast.ClassLiteral:
			d.class(s, n)
			return
		}
		d.any(s, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			d.any(s, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "DeclarationList" && f.Name != "File" {
				d.any(s, v.Field(i))
			}
		}
	}
}

func (d *debugInstrumenter) waits(v reflect.Value) {
	switch n := v.Interface().(type) {
	case *ast.AwaitExpression:
		v.Set(reflect.ValueOf(wait(n, &n.Argument, n.Await)))
	case *ast.YieldExpression:
		if !n.Delegate {
			v.Set(reflect.ValueOf(wait(n, &n.Argument, n.Yield)))
		}
	}
}

func (d *debugInstrumenter) class(s *debugScope, n *ast.ClassLiteral) {
	inner := d.scope(s, "block")
	if n.Name != nil && s.owner(n.Name.Name.String()) == nil {
		d.declare(inner, n.Name)
	}
	d.any(inner, reflect.ValueOf(&n.SuperClass))
	for _, e := range n.Body {
		switch e := e.(type) {
		case *ast.ClassStaticBlock:
			own := d.scope(inner, "block")
			own.this = true
			d.hoisted(own, e.Block.List)
			e.Block.List = d.list(own, e.Block.List)
		case *ast.FieldDefinition:
			d.any(inner, reflect.ValueOf(&e.Key))
			own := d.scope(inner, "block")
			own.this = true
			d.any(own, reflect.ValueOf(&e.Initializer))
		case *ast.MethodDefinition:
			d.any(inner, reflect.ValueOf(&e.Key))
			d.function(inner, e.Body)
		}
	}
}

func (d *debugInstrumenter) function(s *debugScope, n *ast.FunctionLiteral) {
	label := d.names[n]
	if n.Name != nil {
		label = n.Name.Name.String()
		if shown, ok := d.authorName(label, n.Name.Idx); ok {
			label = shown
		}
	}
	outer := s
	if n.Name != nil && s.owner(n.Name.Name.String()) == nil {
		outer = d.scope(s, "block")
		d.declare(outer, n.Name)
	}
	fn := debugFunction{name: label, async: n.Async, generator: n.Generator}
	d.body(outer, n.ParameterList, n.Body, fn, n.Function, true)
}

func (d *debugInstrumenter) arrow(s *debugScope, n *ast.ArrowFunctionLiteral) {
	body, ok := n.Body.(*ast.BlockStatement)
	if !ok {
		e := n.Body.(*ast.ExpressionBody).Expression
		at := e.Idx0()
		body = &ast.BlockStatement{LeftBrace: at, RightBrace: e.Idx1(), List: []ast.Statement{
			&ast.ReturnStatement{Return: at, Argument: e},
		}}
		n.Body = body
	}
	d.body(s, n.ParameterList, body, debugFunction{name: d.names[n], async: n.Async}, n.Start, false)
}

// body does the inside of a function and gives it a frame.
func (d *debugInstrumenter) body(s *debugScope, params *ast.ParameterList, body *ast.BlockStatement, fn debugFunction, at file.Idx, this bool) {
	if fn.name == "" {
		fn.name = "(anonymous)"
	}
	if fn.place = d.place(at); fn.place.Line == 0 {
		fn.place = d.place(body.LeftBrace)
	}
	own := d.scope(s, "local")
	own.fn, own.this = len(d.code.functions), s.this || this
	d.code.functions = append(d.code.functions, fn)
	caught, loop := d.caught, d.loop
	d.caught, d.loop = 0, false
	for _, b := range params.List {
		d.pattern(own, b.Target)
	}
	d.pattern(own, params.Rest)
	for _, b := range params.List { // defaults belong to the caller's frame
		d.any(s, reflect.ValueOf(&b.Initializer))
		d.any(s, reflect.ValueOf(&b.Target))
	}
	d.hoisted(own, body.List)
	d.lexical(own, body.List)
	d.code.functions[own.fn].writes = d.writes(own, body)
	first := -1 // a function that calls nothing needs a frame only while something is armed
	if !fn.async && !fn.generator && !calls(body) && !loops(body) {
		first = len(d.code.points)
	}
	body.List = d.list(own, body.List)
	if first == len(d.code.points) {
		first = -1
	}
	body.List = d.enter(body, own.fn, first, at)
	d.caught, d.loop = caught, loop
}

func loops(body *ast.BlockStatement) bool {
	found := false
	walk(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement, *ast.WhileStatement, *ast.DoWhileStatement:
			found = true
		}
		return !found
	})
	return found
}

// writes finds the first thing a function changes that is not a name of its
// own. Functions inside it are judged when they are called.
func (d *debugInstrumenter) writes(own *debugScope, body *ast.BlockStatement) string {
	mine := map[string]bool{}
	for name := range own.seen {
		mine[name] = true
	}
	walk(body, func(n ast.Node) bool { // names of blocks count as its own
		switch n := n.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
			return false
		case *ast.LexicalDeclaration:
			for _, b := range n.List {
				if id, ok := b.Target.(*ast.Identifier); ok {
					mine[id.Name.String()] = true
				}
			}
		}
		return true
	})
	found := ""
	walk(body, func(n ast.Node) bool {
		if found == "" {
			found = change(n, mine)
		}
		switch n.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
			return false
		}
		return found == ""
	})
	return found
}

// change says what a node changes besides the names in own; empty = nothing.
func change(n ast.Node, own map[string]bool) string {
	var target ast.Expression
	switch n := n.(type) {
	case *ast.AssignExpression:
		target = n.Left
	case *ast.UnaryExpression:
		switch n.Operator {
		case token.INCREMENT, token.DECREMENT:
			target = n.Operand
		case token.DELETE:
			return "deletes a property"
		}
	case *ast.ForIntoExpression:
		target = n.Expression
	case *ast.AwaitExpression:
		return "waits"
	case *ast.YieldExpression:
		return "yields"
	}
	switch t := target.(type) {
	case nil:
		return ""
	case *ast.Identifier:
		if own[t.Name.String()] {
			return ""
		}
		return "assigns to " + t.Name.String()
	case *ast.DotExpression:
		return "assigns to a property " + t.Identifier.Name.String()
	default:
		return "assigns to a property"
	}
}
