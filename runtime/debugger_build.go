package runtime

import (
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// Names that debugged code uses. They are bound by the first statement of the
// program, so that reading them is as cheap as reading a constant of its own.
const (
	debugHooks   = "$ratchetDebug" // function that returns the others; gone after its call
	debugArmed   = "$ratchetArmed"
	debugSpins   = "$ratchetSpins"
	debugCheck   = "$ratchetCheck"
	debugEnter   = "$ratchetEnter"
	debugExit    = "$ratchetExit"
	debugSuspend = "$ratchetSuspend"
	debugResume  = "$ratchetResume"
	debugCaught  = "$ratchetCaught"
	debugThrow   = "$ratchetThrow"
	debugBind    = "$ratchetBind"
	debugModule  = "$ratchetModule"
	debugFrame   = "$ratchetFrame"
	debugError   = "$ratchetError"
	debugKey     = "$ratchetKey"
	debugWrite   = "$ratchetWrite"
	debugValue   = "$ratchetValue"
)

var debugBound = []string{
	debugArmed, debugCheck, debugEnter, debugExit, debugSuspend, debugResume, debugCaught, debugThrow, debugBind, debugSpins,
}

func text(s string, at file.Idx) *ast.StringLiteral {
	return &ast.StringLiteral{Idx: at, Literal: strconv.Quote(s), Value: unistring.NewFromString(s)}
}

func constant(target ast.BindingTarget, value ast.Expression, at file.Idx) ast.Statement {
	return &ast.LexicalDeclaration{Idx: at, Token: token.CONST, List: []*ast.Binding{{Target: target, Initializer: value}}}
}

// prelude binds the hooks, the frame of the top level and the names of the module.
func (d *debugInstrumenter) prelude(module *debugScope, at file.Idx) []ast.Statement {
	names := make([]ast.Expression, len(debugBound))
	for i, n := range debugBound {
		names[i] = name(n, at)
	}
	return []ast.Statement{
		constant(&ast.ArrayPattern{LeftBracket: at, RightBracket: at, Elements: names}, callHook(debugHooks, at), at),
		constant(name(debugFrame, at), number(0, at), at),
		constant(name(debugModule, at), callHook(debugBind, at, reader(module, nil, at)), at),
	}
}

// reader makes (key, write, value) => { switch (key) { case "a": return write ? a = value : a; … } }
// for the names of the scopes from s outwards, up to the module's.
func reader(s, until *debugScope, at file.Idx) ast.Expression {
	choose := &ast.SwitchStatement{Switch: at, RightBrace: at, Discriminant: name(debugKey, at), Default: -1}
	seen := map[string]bool{}
	for scope := s; scope != until; scope = scope.outer {
		if scope.reader != "" {
			call := callHook(scope.reader, at, name(debugKey, at), name(debugWrite, at), name(debugValue, at))
			choose.Default = len(choose.Body)
			choose.Body = append(choose.Body, &ast.CaseStatement{Case: at, Consequent: []ast.Statement{
				&ast.ReturnStatement{Return: at, Argument: call},
			}})
			break
		}
		for _, n := range scope.names {
			if !seen[n.code] {
				seen[n.code] = true
				choose.Body = append(choose.Body, access(n.code, at))
			}
		}
	}
	if s.this {
		choose.Body = append(choose.Body, &ast.CaseStatement{Case: at, Test: text("this", at), Consequent: []ast.Statement{
			&ast.ReturnStatement{Return: at, Argument: &ast.ThisExpression{Idx: at}},
		}})
	}
	params := &ast.ParameterList{Opening: at, Closing: at}
	for _, p := range []string{debugKey, debugWrite, debugValue} {
		params.List = append(params.List, &ast.Binding{Target: name(p, at)})
	}
	body := &ast.BlockStatement{LeftBrace: at, RightBrace: at, List: []ast.Statement{choose}}
	return &ast.ArrowFunctionLiteral{Start: at, ParameterList: params, Body: body}
}

func access(code string, at file.Idx) *ast.CaseStatement {
	return &ast.CaseStatement{Case: at, Test: text(code, at), Consequent: []ast.Statement{&ast.ReturnStatement{
		Return: at,
		Argument: &ast.ConditionalExpression{
			Test:       name(debugWrite, at),
			Consequent: &ast.AssignExpression{Operator: token.ASSIGN, Left: name(code, at), Right: name(debugValue, at)},
			Alternate:  name(code, at),
		},
	}}}
}

// spinsPerCheck is how often a loop that calls nothing goes round before it
// looks for a pause.
const spinsPerCheck = 2000

// checkpoint makes armed[n] && check(n, frame, reader). Outside functions it is
// the value of a declaration, which leaves the completion value alone.
func (d *debugInstrumenter) checkpoint(n int, s *debugScope, at file.Idx) ast.Statement {
	armed := &ast.BracketExpression{Left: name(debugArmed, at), Member: number(n, at), LeftBracket: at, RightBracket: at}
	var armedOrDue ast.Expression = armed
	if d.code.points[n].spins { // now and then, so that a pause gets in
		counter := &ast.BracketExpression{Left: name(debugSpins, at), Member: number(0, at), LeftBracket: at, RightBracket: at}
		count := &ast.UnaryExpression{Operator: token.INCREMENT, Idx: at, Operand: counter}
		due := &ast.BinaryExpression{Operator: token.GREATER, Left: count, Right: number(spinsPerCheck, at), Comparison: true}
		armedOrDue = &ast.BinaryExpression{Operator: token.LOGICAL_OR, Left: armed, Right: due}
	}
	call := callHook(debugCheck, at, number(n, at), name(debugFrame, at), d.readerOf(s, at))
	both := &ast.BinaryExpression{Operator: token.LOGICAL_AND, Left: armedOrDue, Right: call}
	if s.fn == 0 {
		return constant(name("$ratchet"+strconv.Itoa(n), at), both, at)
	}
	return &ast.ExpressionStatement{Expression: both}
}

// readerOf is the reader of a statement's names; at the top level it is the
// module's own.
func (d *debugInstrumenter) readerOf(s *debugScope, at file.Idx) ast.Expression {
	if s.kind == "module" {
		return name(debugModule, at)
	}
	if s.reader != "" {
		return name(s.reader, at)
	}
	return reader(s, d.module, at)
}

// enter makes: const frame = enter(fn); try { body } catch (e) { caught(frame, e); throw e } finally { exit(frame) }.
// With first, the frame is made only while that point is armed: it is -1 else.
func (d *debugInstrumenter) enter(body *ast.BlockStatement, fn, first int, at file.Idx) []ast.Statement {
	var head []ast.Statement
	rest := body.List
	for len(rest) > 0 && isDirective(rest[0]) {
		head, rest = append(head, rest[0]), rest[1:]
	}
	end := &ast.ExpressionStatement{Expression: callHook(debugExit, at, name(debugFrame, at))}
	var frame ast.Expression = callHook(debugEnter, at, number(fn, at))
	if first >= 0 {
		armed := &ast.BracketExpression{Left: name(debugArmed, at), Member: number(first, at), LeftBracket: at, RightBracket: at}
		frame = &ast.ConditionalExpression{Test: armed, Consequent: frame, Alternate: number(-1, at)}
		known := &ast.BinaryExpression{Operator: token.GREATER, Left: name(debugFrame, at), Right: number(-1, at), Comparison: true}
		end.Expression = &ast.BinaryExpression{Operator: token.LOGICAL_AND, Left: known, Right: end.Expression}
	}
	return append(head, constant(name(debugFrame, at), frame, at), &ast.TryStatement{
		Try:     at,
		Body:    &ast.BlockStatement{LeftBrace: body.LeftBrace, RightBrace: body.RightBrace, List: rest},
		Catch:   d.catch(at, 1),
		Finally: &ast.BlockStatement{LeftBrace: at, RightBrace: at, List: []ast.Statement{end}},
	})
}

// catch reports a thrown value and throws it on; leaves says that it leaves
// the function.
func (d *debugInstrumenter) catch(at file.Idx, leaves int) *ast.CatchStatement {
	tell := callHook(debugCaught, at, name(debugFrame, at), name(debugError, at), number(leaves, at))
	return &ast.CatchStatement{Catch: at, Parameter: name(debugError, at), Body: &ast.BlockStatement{
		LeftBrace: at, RightBrace: at, List: []ast.Statement{
			&ast.ExpressionStatement{Expression: tell},
			&ast.ThrowStatement{Throw: at, Argument: name(debugError, at)},
		},
	}}
}

// wait makes resume(frame, await suspend(frame, argument)).
func wait(e ast.Expression, argument *ast.Expression, at file.Idx) ast.Expression {
	given := *argument
	if given == nil { // yield without a value
		given = &ast.UnaryExpression{Operator: token.VOID, Idx: at, Operand: number(0, at)}
	}
	*argument = callHook(debugSuspend, at, name(debugFrame, at), given)
	return callHook(debugResume, at, name(debugFrame, at), e)
}
