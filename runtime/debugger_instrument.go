package runtime

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// debugCode is what a debugged program knows of its source.
type debugCode struct {
	points    []debugPoint
	functions []debugFunction
	stops     bool // there are debugger statements
}

// debugPoint is a statement a run can stop before.
type debugPoint struct {
	DebugPoint
	scope  *debugScope
	stop   bool // a debugger statement
	caught bool // a try statement of the function catches what it throws
	spins  bool // begins the body of a loop that calls nothing
}

// debugFunction is a function of the program; 0 is its top level.
type debugFunction struct {
	name      string
	place     DebugPoint
	generator bool
	async     bool
	writes    string // what it changes besides its own names, for the author; empty = nothing
}

// debugInstrumenter adds checkpoints to a tree. Nodes are added, nothing is
// printed again, so every position stays the author's.
type debugInstrumenter struct {
	src     *parsed
	code    *debugCode
	module  *debugScope
	split   map[string][]string
	names   map[ast.Expression]string
	readers int  // shared ones
	caught  int  // try statements around, in this function, that catch
	loop    bool // the next list begins the body of a loop that calls nothing
}

// debug makes the tree one that can be stopped.
func (src *parsed) debug() *debugCode {
	d := &debugInstrumenter{src: src, code: &debugCode{}, split: map[string][]string{}, names: map[ast.Expression]string{}}
	namer := &instrumenter{src: src, names: d.names}
	walk(src.tree.Body, func(n ast.Node) bool { namer.nameFunction(n); return true })
	d.code.functions = []debugFunction{{name: "(top level)"}}
	d.module = d.scope(nil, "module")
	d.hoisted(d.module, src.tree.Body)
	var head []ast.Statement
	rest := src.tree.Body
	for len(rest) > 0 && isDirective(rest[0]) && len(rest) > 1 {
		head, rest = append(head, rest[0]), rest[1:]
	}
	list := d.list(d.module, rest)
	at := file.Idx(src.tree.File.Base())
	src.tree.Body = append(append(head, d.prelude(d.module, at)...), list...)
	return d.code
}

// list puts a checkpoint before every statement. What the list binds is added
// to its scope.
func (d *debugInstrumenter) list(s *debugScope, list []ast.Statement) []ast.Statement {
	d.lexical(s, list)
	if s.kind != "module" && !s.cases && len(list) > 0 && len(s.names) >= sharedFrom {
		d.readers++
		s.reader = "$ratchetReader" + strconv.Itoa(d.readers)
	}
	spins := d.loop
	d.loop = false
	out := make([]ast.Statement, 0, 2*len(list))
	directives := s.kind == "local"
	for _, st := range list {
		directives = directives && isDirective(st)
		_, function := st.(*ast.FunctionDeclaration)
		if s.kind == "module" && d.exports(startOf(st)) {
			out = append(out, st)
			continue
		}
		if _, empty := st.(*ast.EmptyStatement); directives || function || empty && !spins {
			d.statement(s, &st)
			out = append(out, st)
			continue
		}
		at := startOf(st)
		n := d.point(s, st, at, spins)
		spins = false
		d.statement(s, &st)
		if n >= 0 {
			out = append(out, d.checkpoint(n, s, at))
		}
		out = append(out, st)
	}
	return d.share(s, out)
}

// share puts the reader of a scope with many names before its statements.
func (d *debugInstrumenter) share(s *debugScope, list []ast.Statement) []ast.Statement {
	if s.reader == "" {
		return list
	}
	i := 0
	for s.kind == "local" && i < len(list) && isDirective(list[i]) {
		i++
	}
	own := s.reader
	s.reader = "" // it cannot read through itself
	at := list[0].Idx0()
	bind := constant(name(own, at), reader(s, d.module, at), at)
	s.reader = own
	return slices.Insert(list, i, bind)
}

func startOf(st ast.Statement) file.Idx {
	if i, ok := st.(*ast.IfStatement); ok {
		return i.Test.Idx0() // the engine leaves IfStatement.If empty
	}
	return st.Idx0()
}

// point adds a statement; -1 when it is not the author's.
func (d *debugInstrumenter) point(s *debugScope, st ast.Statement, at file.Idx, spins bool) int {
	place := d.place(at)
	if place.Line == 0 {
		return -1
	}
	_, stop := st.(*ast.DebuggerStatement)
	d.code.stops = d.code.stops || stop
	d.code.points = append(d.code.points, debugPoint{
		DebugPoint: place, scope: s, stop: stop, caught: d.caught > 0, spins: spins,
	})
	return len(d.code.points) - 1
}

// block makes a statement a block with a scope of its own.
func (d *debugInstrumenter) block(s *debugScope, st *ast.Statement) {
	b, ok := (*st).(*ast.BlockStatement)
	if !ok {
		at := startOf(*st)
		b = &ast.BlockStatement{LeftBrace: at, RightBrace: (*st).Idx1(), List: []ast.Statement{*st}}
		*st = b
	}
	d.inner(s, b)
}

func (d *debugInstrumenter) inner(s *debugScope, b *ast.BlockStatement) {
	b.List = d.list(d.scope(s, "block"), b.List)
}

// loops does the body of a loop.
func (d *debugInstrumenter) loops(s *debugScope, body *ast.Statement, head ...any) {
	d.loop = !calls(append(head, *body)...)
	d.block(s, body)
	d.loop = false
}

// calls says whether something under the nodes calls a function.
func calls(nodes ...any) bool {
	found := false
	for _, n := range nodes {
		walk(n, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.CallExpression, *ast.NewExpression, *ast.AwaitExpression, *ast.YieldExpression:
				found = true
			}
			return !found
		})
	}
	return found
}

// statement does what is inside a statement.
func (d *debugInstrumenter) statement(s *debugScope, st *ast.Statement) {
	switch n := (*st).(type) {
	case *ast.BlockStatement:
		d.inner(s, n)
	case *ast.IfStatement:
		d.expression(s, &n.Test)
		d.block(s, &n.Consequent)
		if _, chain := n.Alternate.(*ast.IfStatement); chain {
			d.statement(s, &n.Alternate)
		} else if n.Alternate != nil {
			d.block(s, &n.Alternate)
		}
	case *ast.LabelledStatement:
		d.statement(s, &n.Statement)
	case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement, *ast.WhileStatement, *ast.DoWhileStatement:
		d.loopStatement(s, *st)
	case *ast.SwitchStatement:
		d.expression(s, &n.Discriminant)
		inner := d.scope(s, "block")
		inner.cases = true
		for _, c := range n.Body {
			d.lexical(inner, c.Consequent)
		}
		for _, c := range n.Body {
			d.any(inner, reflect.ValueOf(&c.Test))
			c.Consequent = d.list(inner, c.Consequent)
		}
	case *ast.TryStatement:
		d.try(s, n)
	case *ast.WithStatement:
		d.expression(s, &n.Object)
		d.block(s, &n.Body)
	case *ast.ThrowStatement:
		d.expression(s, &n.Argument)
		n.Argument = callHook(debugThrow, n.Throw, name(debugFrame, n.Throw), n.Argument)
	case *ast.ExpressionStatement:
		d.expression(s, &n.Expression)
	case *ast.FunctionDeclaration:
		d.function(s, n.Function)
	default:
		d.any(s, reflect.ValueOf(*st))
	}
}

// try reports values thrown in the body before its catch and finally run.
func (d *debugInstrumenter) try(s *debugScope, n *ast.TryStatement) {
	if n.Catch != nil {
		d.caught++
	}
	d.inner(s, n.Body)
	if n.Catch != nil {
		d.caught--
	}
	at := n.Try
	n.Body = &ast.BlockStatement{LeftBrace: n.Body.LeftBrace, RightBrace: n.Body.RightBrace, List: []ast.Statement{
		&ast.TryStatement{Try: at, Body: n.Body, Catch: d.catch(at, 0)},
	}}
	if n.Catch != nil {
		inner := d.scope(s, "block")
		d.pattern(inner, n.Catch.Parameter)
		d.any(inner, reflect.ValueOf(&n.Catch.Parameter))
		n.Catch.Body.List = d.list(d.scope(inner, "block"), n.Catch.Body.List)
	}
	if n.Finally != nil {
		d.inner(s, n.Finally)
	}
}

func (d *debugInstrumenter) loopStatement(s *debugScope, st ast.Statement) {
	inner := d.scope(s, "block")
	switch n := st.(type) {
	case *ast.ForStatement:
		if l, ok := n.Initializer.(*ast.ForLoopInitializerLexicalDecl); ok {
			for _, b := range l.LexicalDeclaration.List {
				d.pattern(inner, b.Target)
			}
		}
		d.any(inner, reflect.ValueOf(&n.Initializer))
		head := []any{n.Test, n.Update}
		d.any(inner, reflect.ValueOf(&n.Test))
		d.any(inner, reflect.ValueOf(&n.Update))
		d.loops(inner, &n.Body, head...)
	case *ast.ForInStatement:
		d.into(inner, n.Into)
		d.expression(inner, &n.Source)
		d.block(inner, &n.Body)
	case *ast.ForOfStatement:
		d.into(inner, n.Into)
		d.expression(inner, &n.Source)
		d.loops(inner, &n.Body, &ast.CallExpression{}) // it calls the iterator
	case *ast.WhileStatement:
		head := n.Test
		d.expression(s, &n.Test)
		d.loops(s, &n.Body, head)
	case *ast.DoWhileStatement:
		head := n.Test
		d.expression(s, &n.Test)
		d.loops(s, &n.Body, head)
	}
}

func (d *debugInstrumenter) into(s *debugScope, into ast.ForInto) {
	if f, ok := into.(*ast.ForDeclaration); ok {
		d.pattern(s, f.Target)
	}
	d.any(s, reflect.ValueOf(into))
}
