package runtime

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// Names of the hooks that instrumented code calls. They are constants of the
// program, taken from the global function once, because names of the program
// are found faster.
const (
	hooksOf     = "$ratchetProfile"
	hookHits    = "$ratchetHits"
	hookEnter   = "$ratchetEnter"
	hookExit    = "$ratchetExit"
	hookSuspend = "$ratchetSuspend"
	hookResume  = "$ratchetResume"
	hookFrame   = "$ratchetFrame"
)

// points are the counted statements and the functions of an instrumented
// program.
type points struct {
	lines     []int // of each statement, in the author's main file; 0 = another file
	functions []functionPoint
	spans     bool
}

type functionPoint struct {
	name  string
	line  int
	first int // its first statement, which its calls count; -1 = none
}

// instrumenter adds counters to a tree. Nodes are added, nothing is printed
// again, so every position stays the author's.
type instrumenter struct {
	src    *parsed
	points *points
	names  map[ast.Expression]string // of functions without a name of their own
	counts map[ast.Statement]int     // statements counted by counters that are no constants
}

// instrument counts statements, and with spans notes when functions begin, end,
// wait and go on.
func (src *parsed) instrument(spans bool) *points {
	in := &instrumenter{src: src, points: &points{spans: spans}, names: map[ast.Expression]string{}, counts: map[ast.Statement]int{}}
	walk(src.tree.Body, func(n ast.Node) bool { in.node(n); return true })
	src.tree.Body = in.list(src.tree.Body, true)
	if spans {
		walk(src.tree.Body, func(n ast.Node) bool { in.nameFunction(n); return true })
		in.functions(reflect.ValueOf(src.tree.Body), false)
	}
	in.hooks(spans)
	return in.points
}

// hooks puts before the program: const [hits, enter, …] = hooks().
func (in *instrumenter) hooks(spans bool) {
	at := file.Idx(in.src.tree.File.Base())
	bound := []string{hookHits}
	if spans {
		bound = append(bound, hookEnter, hookExit, hookSuspend, hookResume)
	}
	names := make([]ast.Expression, len(bound))
	for i, n := range bound {
		names[i] = name(n, at)
	}
	i := 0
	for i < len(in.src.tree.Body) && isDirective(in.src.tree.Body[i]) {
		i++
	}
	in.src.tree.Body = slices.Insert(in.src.tree.Body, i,
		constant(&ast.ArrayPattern{LeftBracket: at, RightBracket: at, Elements: names}, callHook(hooksOf, at), at))
}

// node replaces the statement lists under n; walk goes on into the new ones,
// where the counters are no lists themselves.
func (in *instrumenter) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStatement:
		n.List = in.list(n.List, false)
	case *ast.CaseStatement:
		n.Consequent = in.list(n.Consequent, false)
	case *ast.IfStatement:
		in.block(&n.Consequent)
		if _, chain := n.Alternate.(*ast.IfStatement); n.Alternate != nil && !chain {
			in.block(&n.Alternate)
		}
	case *ast.ForStatement:
		in.block(&n.Body)
	case *ast.ForInStatement:
		in.block(&n.Body)
	case *ast.ForOfStatement:
		in.block(&n.Body)
	case *ast.WhileStatement:
		in.block(&n.Body)
	case *ast.DoWhileStatement:
		in.block(&n.Body)
	case *ast.ArrowFunctionLiteral:
		if e, ok := n.Body.(*ast.ExpressionBody); ok {
			at := e.Expression.Idx0()
			n.Body = &ast.BlockStatement{
				LeftBrace: at, RightBrace: e.Expression.Idx1(),
				List: []ast.Statement{&ast.ReturnStatement{Return: at, Argument: e.Expression}},
			}
		}
	}
}

func (in *instrumenter) block(s *ast.Statement) {
	switch (*s).(type) {
	case *ast.BlockStatement, nil:
		return
	}
	*s = &ast.BlockStatement{LeftBrace: (*s).Idx0(), RightBrace: (*s).Idx1(), List: []ast.Statement{*s}}
}

// list puts a counter before every statement. Directives stay first, and
// function declarations are not executed where they stand.
func (in *instrumenter) list(list []ast.Statement, top bool) []ast.Statement {
	out := make([]ast.Statement, 0, 2*len(list))
	directives := true
	for _, s := range list {
		if directives = directives && isDirective(s); !directives {
			switch s.(type) {
			case *ast.FunctionDeclaration, *ast.EmptyStatement:
			default:
				out = append(out, in.counter(s, top))
			}
		}
		out = append(out, s)
	}
	return out
}

func isDirective(s ast.Statement) bool {
	e, ok := s.(*ast.ExpressionStatement)
	if !ok {
		return false
	}
	_, ok = e.Expression.(*ast.StringLiteral)
	return ok
}

// counter makes hits[n]++. At the top level it is the value of a declaration,
// which leaves the completion value of the program alone.
func (in *instrumenter) counter(s ast.Statement, top bool) ast.Statement {
	at := s.Idx0()
	if i, ok := s.(*ast.IfStatement); ok {
		at = i.Test.Idx0() // the engine leaves IfStatement.If empty
	}
	n := len(in.points.lines)
	in.points.lines = append(in.points.lines, in.line(at))
	count := &ast.UnaryExpression{Operator: token.INCREMENT, Idx: at, Operand: &ast.BracketExpression{
		Left: name(hookHits, at), Member: number(n, at), LeftBracket: at, RightBracket: at,
	}}
	if top {
		return &ast.LexicalDeclaration{Idx: at, Token: token.CONST, List: []*ast.Binding{{
			Target: name("$ratchet"+strconv.Itoa(n), at), Initializer: count,
		}}}
	}
	counted := &ast.ExpressionStatement{Expression: count}
	in.counts[counted] = n
	return counted
}

// line is the author's line of an index in the main file; 0 elsewhere.
func (in *instrumenter) line(at file.Idx) int {
	pos := in.src.tree.File.Position(int(at) - in.src.tree.File.Base())
	if pos.Filename != in.src.name {
		return 0
	}
	return pos.Line
}

// authored says whether an index is in a file of the author's: the builder
// adds functions of its own, which are internal.
func (in *instrumenter) authored(at file.Idx) bool {
	pos := in.src.tree.File.Position(int(at) - in.src.tree.File.Base())
	_, ok := in.src.files[pos.Filename]
	return ok
}

func name(text string, at file.Idx) *ast.Identifier {
	return &ast.Identifier{Name: unistring.String(text), Idx: at}
}

func number(n int, at file.Idx) *ast.NumberLiteral {
	return &ast.NumberLiteral{Idx: at, Literal: strconv.Itoa(n), Value: int64(n)}
}

func callHook(hook string, at file.Idx, args ...ast.Expression) *ast.CallExpression {
	return &ast.CallExpression{Callee: name(hook, at), LeftParenthesis: at, ArgumentList: args, RightParenthesis: at}
}

// functions wraps function bodies and awaits; inside says whether a wrapped
// function is around v.
func (in *instrumenter) functions(v reflect.Value, inside bool) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		in.functions(v.Elem(), inside)
		if a, ok := v.Interface().(*ast.AwaitExpression); ok && inside && v.CanSet() {
			a.Argument = callHook(hookSuspend, a.Await, name(hookFrame, a.Await), a.Argument)
			v.Set(reflect.ValueOf(callHook(hookResume, a.Await, name(hookFrame, a.Await), a)))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch n := v.Interface().(type) {
		case *ast.FunctionLiteral:
			if !in.authored(n.Function) {
				in.functions(reflect.ValueOf(n.Body), false)
				return
			}
			in.functions(reflect.ValueOf(n.Body), true)
			label := in.names[n]
			if n.Name != nil {
				label = n.Name.Name.String()
			}
			n.Body.List = in.wrap(n.Body, label, n.Function)
			return
		case *ast.ArrowFunctionLiteral:
			if b, ok := n.Body.(*ast.BlockStatement); ok {
				if !in.authored(n.Start) {
					in.functions(reflect.ValueOf(b), false)
					return
				}
				in.functions(reflect.ValueOf(b), true)
				b.List = in.wrap(b, in.names[n], n.Start)
			}
			return
		}
		in.functions(v.Elem(), inside)
	case reflect.Slice:
		for i := range v.Len() {
			in.functions(v.Index(i), inside)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "DeclarationList" && f.Name != "File" {
				in.functions(v.Field(i), inside)
			}
		}
	}
}

// wrap makes: const frame = enter(n); try { body } finally { exit(frame) }.
func (in *instrumenter) wrap(body *ast.BlockStatement, label string, at file.Idx) []ast.Statement {
	line := in.line(at)
	if line == 0 {
		line = in.line(body.LeftBrace)
	}
	n := len(in.points.functions)
	var head []ast.Statement
	rest := body.List
	for len(rest) > 0 && isDirective(rest[0]) {
		head, rest = append(head, rest[0]), rest[1:]
	}
	first := -1
	if len(rest) > 0 {
		if i, ok := in.counts[rest[0]]; ok { // the hook counts it on the way
			first, rest = i, rest[1:]
		}
	}
	in.points.functions = append(in.points.functions, functionPoint{label, line, first})
	frame := &ast.LexicalDeclaration{Idx: at, Token: token.CONST, List: []*ast.Binding{{
		Target: name(hookFrame, at), Initializer: callHook(hookEnter, at, number(n, at)),
	}}}
	end := &ast.ExpressionStatement{Expression: callHook(hookExit, at, name(hookFrame, at))}
	return append(head, frame, &ast.TryStatement{
		Try:     at,
		Body:    &ast.BlockStatement{LeftBrace: body.LeftBrace, RightBrace: body.RightBrace, List: rest},
		Finally: &ast.BlockStatement{LeftBrace: at, RightBrace: at, List: []ast.Statement{end}},
	})
}
