package runtime

import (
	"reflect"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// rewriter changes what the engine's compiler gets wrong into what it gets
// right. It runs last, on the instrumented tree, so that a program means the
// same plain, counted, profiled and debugged. docs/engine.md lists the faults.
type rewriter struct {
	src      *parsed
	function *functionScope                // nil outside functions
	uses     map[tool]bool                 // helpers the program needs
	declared map[string]bool               // names the source declares
	deep     map[ast.Node]bool             // functions that may call themselves
	traps    bool                          // proxies may have the trap construct
	texts    map[string]bool               // names of what begins as a text
	classes  map[*ast.FunctionLiteral]bool // constructors
	failed   error
}

// functionScope is the innermost function around a node that has arguments of its own.
type functionScope struct {
	outer  *functionScope
	body   *ast.BlockStatement
	arrows int  // arrow functions between it and the node
	inside bool // the node is in its body, not in its parameters
	wants  bool // an arrow function in the body reads arguments
	params bool // one in the parameters does
	class  bool // it is the constructor of a class
}

// rewrite changes the tree in place.
func (src *parsed) rewrite() (*rewriter, error) {
	r := &rewriter{src: src, uses: map[tool]bool{}, deep: src.recursive(), traps: constructsByTrap.MatchString(src.text), texts: src.texts(), classes: map[*ast.FunctionLiteral]bool{}}
	r.any(reflect.ValueOf(&src.tree.Body))
	return r, r.failed
}

// any visits everything under v; expressions may be replaced.
func (r *rewriter) any(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		r.any(v.Elem())
		if v.CanSet() {
			r.replace(v)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.node(v)
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.any(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Type().Field(i); {
			case f.Name == "DeclarationList", f.Name == "File", !f.IsExported():
			default:
				r.any(v.Field(i))
			}
		}
	}
}

// node visits a node that needs more than its children.
func (r *rewriter) node(v reflect.Value) {
	switch n := v.Interface().(type) {
	case *ast.FunctionLiteral:
		r.enter(n.ParameterList, n.Body, r.classes[n])
		if r.deep[n] {
			r.boundDepth(n.Body)
		}
		return
	case *ast.ArrowFunctionLiteral:
		if r.deep[n] {
			defer func() { n.Body = r.boundArrow(n.Body) }()
		}
		if r.function != nil {
			r.function.arrows++
			defer func() { r.function.arrows-- }()
		}
	case *ast.MethodDefinition:
		r.classes[n.Body] = isConstructor(n)
	case *ast.ClassStaticBlock:
		r.outside(func() { r.any(v.Elem()) })
		return
	case *ast.FieldDefinition:
		r.any(reflect.ValueOf(&n.Key))
		r.outside(func() { r.any(reflect.ValueOf(&n.Initializer)) })
		return
	case *ast.DotExpression:
		r.lastMatch(n)
		r.any(reflect.ValueOf(&n.Left))
		return
	case *ast.NewExpression:
		r.newDate(n)
	case *ast.Identifier:
		r.identifier(n)
		return
	case *ast.StringLiteral:
		octal(n)
		return
	case *ast.IfStatement:
		r.test(&n.Test)
	case *ast.ForStatement:
		r.loopTest(&n.Test)
	case *ast.WhileStatement:
		r.loopTest(&n.Test)
	}
	r.any(v.Elem())
}

// enter visits a function. The engine makes arguments a variable of the
// function that first reads it directly; read by an arrow function first, it
// would be lost. So the function reads it itself before.
func (r *rewriter) enter(params *ast.ParameterList, body *ast.BlockStatement, class bool) {
	f := &functionScope{outer: r.function, body: body, class: class}
	r.function = f
	for _, b := range params.List {
		r.any(reflect.ValueOf(b).Elem())
		if f.params {
			readFirst(b)
			f.params = false
		}
	}
	r.any(reflect.ValueOf(params).Elem().FieldByName("Rest"))
	f.inside = true
	r.any(reflect.ValueOf(&body.List))
	r.function = f.outer
	if !f.wants || declaresArguments(body.List) {
		return
	}
	i := 0
	for i < len(body.List) && isDirective(body.List[i]) {
		i++
	}
	at := body.LeftBrace
	body.List = slices.Insert(body.List, i, ast.Statement(&ast.ExpressionStatement{Expression: name("arguments", at)}))
}

// readFirst makes a default read arguments before the arrow functions in it. A
// function that is the default itself keeps the name it takes from its parameter.
func readFirst(b *ast.Binding) {
	if b.Initializer == nil {
		return
	}
	at, value := b.Initializer.Idx0(), b.Initializer
	id, named := b.Target.(*ast.Identifier)
	if _, arrow := value.(*ast.ArrowFunctionLiteral); arrow && named {
		own := &ast.ObjectLiteral{LeftBrace: at, RightBrace: at, Value: []ast.Property{&ast.PropertyKeyed{
			Key: text(id.Name.String(), at), Kind: ast.PropertyKindValue, Value: value,
		}}}
		value = &ast.DotExpression{Left: own, Identifier: *name(id.Name.String(), at)}
	}
	b.Initializer = &ast.SequenceExpression{Sequence: []ast.Expression{name("arguments", at), value}}
}

func declaresArguments(list []ast.Statement) bool {
	for _, st := range list {
		if l, ok := st.(*ast.LexicalDeclaration); ok {
			for _, b := range l.List {
				if id, ok := b.Target.(*ast.Identifier); ok && id.Name == "arguments" {
					return true
				}
			}
		}
	}
	return false
}

// outside visits what has no arguments: field initialisers and static blocks.
func (r *rewriter) outside(visit func()) {
	f := r.function
	r.function = nil
	visit()
	r.function = f
}

func (r *rewriter) identifier(n *ast.Identifier) {
	if f := r.function; f != nil && f.arrows > 0 && n.Name == "arguments" {
		f.wants = f.wants || f.inside
		f.params = f.params || !f.inside
	}
}

// test hides that a condition is constant. The engine compiles branches that
// are never taken and throws the code away, but keeps the jumps and variables
// that it noted on the way.
func (r *rewriter) test(test *ast.Expression) {
	if *test != nil && constantTest(*test) {
		*test = &ast.SequenceExpression{Sequence: []ast.Expression{*test}}
	}
}

// loopTest is test for a loop, where only what is false leaves something out.
func (r *rewriter) loopTest(test *ast.Expression) {
	switch e := (*test).(type) {
	case *ast.BooleanLiteral:
		if e.Value {
			return
		}
	case *ast.NumberLiteral:
		if n, ok := e.Value.(int64); ok && n != 0 {
			return
		}
	}
	r.test(test)
}

func constantTest(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.BooleanLiteral, *ast.NumberLiteral, *ast.StringLiteral, *ast.NullLiteral:
		return true
	case *ast.TemplateLiteral:
		return e.Tag == nil && len(e.Expressions) == 0
	case *ast.UnaryExpression:
		return constantTest(e.Operand)
	case *ast.BinaryExpression:
		switch e.Operator {
		case token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE:
			return constantTest(e.Left)
		}
		return constantTest(e.Left) && constantTest(e.Right)
	default:
		return false
	}
}

// replace changes an expression that the engine computes wrongly.
func (r *rewriter) replace(v reflect.Value) {
	e, ok := v.Interface().(ast.Expression)
	if !ok {
		return
	}
	if own := r.expression(e); own != nil && reflect.TypeOf(own).AssignableTo(v.Type()) {
		v.Set(reflect.ValueOf(own))
	}
}

func (r *rewriter) expression(e ast.Expression) ast.Expression {
	switch n := e.(type) {
	case *ast.MetaProperty:
		if n.Meta.Name == "new" && r.function != nil && !r.function.class {
			return r.call(toolTarget, n.Idx, n, &ast.ThisExpression{Idx: n.Idx})
		}
	case *ast.NewExpression:
		if r.traps {
			return r.call(toolNew, n.New, append([]ast.Expression{n.Callee}, n.ArgumentList...)...)
		}
	case *ast.BinaryExpression:
		if n.Operator == token.EXPONENT {
			return r.call(toolPower, n.Idx0(), n.Left, n.Right)
		}
	case *ast.RegExpLiteral:
		if i, ok := r.src.own[n]; ok {
			delete(r.src.own, n)
			return r.call(toolRegExp, n.Idx, number(i, n.Idx), n)
		}
	case *ast.AssignExpression:
		r.appends(n)
		if n.Operator == token.EXPONENT {
			if again := sameTarget(n.Left); again != nil {
				n.Operator, n.Right = token.ASSIGN, r.call(toolPower, n.Idx0(), again, n.Right)
			}
		}
	}
	return nil
}

// sameTarget is a second expression for what is assigned to; nil when reading
// it twice could be noticed.
func sameTarget(e ast.Expression) ast.Expression {
	switch n := e.(type) {
	case *ast.Identifier:
		return &ast.Identifier{Name: n.Name, Idx: n.Idx}
	case *ast.DotExpression:
		if left := sameTarget(n.Left); left != nil {
			return &ast.DotExpression{Left: left, Identifier: n.Identifier}
		}
	case *ast.ThisExpression:
		return &ast.ThisExpression{Idx: n.Idx}
	}
	return nil
}

func (r *rewriter) call(t tool, at file.Idx, args ...ast.Expression) ast.Expression {
	r.uses[t] = true
	return callHook(string(t), at, args...)
}
