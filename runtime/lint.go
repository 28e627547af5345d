package runtime

import (
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// finding is one result of linting.
type finding struct {
	*compileError
	severity string
}

// linter walks a tree once.
type linter struct {
	src      *parsed
	absent   map[string]string
	declared map[string]bool
	findings []finding
}

// lint looks for what is valid but wrong or slow on this engine.
func (src *parsed) lint() []finding {
	l := &linter{src: src, absent: absentGlobals(), declared: map[string]bool{}}
	walk(src.tree.Body, func(n ast.Node) bool { l.declare(n); return true })
	l.nodes(src.tree.Body, false)
	return l.findings
}

func (l *linter) add(n ast.Node, code, severity, message, hint string) {
	e := l.src.errorAt(n, code, message)
	e.hint = hint
	if _, ours := l.src.files[e.file]; ours { // not esbuild's own helpers
		l.findings = append(l.findings, finding{e, severity})
	}
}

// declare notes names the source declares itself, whatever their scope.
func (l *linter) declare(n ast.Node) {
	note := func(n ast.Node) {
		walk(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Identifier); ok {
				l.declared[id.Name.String()] = true
			}
			return true
		})
	}
	switch n := n.(type) {
	case *ast.Binding:
		note(n.Target)
	case *ast.FunctionLiteral:
		if n.Name != nil {
			note(n.Name)
		}
	case *ast.ClassLiteral:
		if n.Name != nil {
			note(n.Name)
		}
	}
}

// nodes visits nodes, knowing whether a loop is around them.
func (l *linter) nodes(root any, inLoop bool) {
	walk(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStatement, *ast.WhileStatement, *ast.DoWhileStatement, *ast.ForInStatement, *ast.ForOfStatement:
			if !inLoop {
				l.nodes(n, true)
				return false
			}
		case *ast.UnaryExpression:
			if _, ok := n.Operand.(*ast.Identifier); ok && n.Operator == token.TYPEOF {
				return false
			}
		case *ast.DotExpression:
			l.environment(n)
			l.nodes(n.Left, inLoop) // the name after the dot is no variable
			return false
		case *ast.PropertyKeyed:
			if n.Computed {
				l.nodes(n.Key, inLoop)
			}
			l.nodes(n.Value, inLoop)
			return false
		case *ast.AssignExpression:
			if inLoop && n.Operator == token.PLUS && stringy(n.Right) {
				l.add(n, "SLOW_CONCAT", "warning", "building a string with += in a loop is quadratic on this engine",
					"Push the parts to an array and join it after the loop.")
			}
		case *ast.CallExpression:
			l.call(n.Callee)
		case *ast.NewExpression:
			l.call(n.Callee)
		case *ast.Identifier:
			l.identifier(n)
		}
		return true
	})
}

func (l *linter) identifier(id *ast.Identifier) {
	name := id.Name.String()
	if hint, ok := l.absent[name]; ok && !l.declared[name] {
		l.add(id, "ABSENT_GLOBAL", "warning", name+" is not available to tasks", hint)
	}
}

// environment warns of reading process.env, which is empty.
func (l *linter) environment(n *ast.DotExpression) {
	of, ok := n.Left.(*ast.Identifier)
	if ok && of.Name == "process" && n.Identifier.Name == "env" && !l.declared["process"] {
		l.add(n, "EMPTY_ENVIRONMENT", "warning", "process.env is empty",
			"Secrets are in context.secrets: context.secrets.get('NAME'), with the name in metadata.secrets. Other settings belong into the input.")
	}
}

func (l *linter) call(callee ast.Expression) {
	id, ok := callee.(*ast.Identifier)
	if !ok || l.declared[id.Name.String()] {
		return
	}
	switch id.Name.String() {
	case "eval", "Function":
		l.add(id, "DYNAMIC_CODE", "warning", "code made at run time has no positions in errors and coverage", "Write the code in the task itself.")
	}
}

// stringy says whether an expression is certainly text.
func stringy(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.StringLiteral:
		return strings.TrimSpace(e.Literal) != ""
	case *ast.TemplateLiteral:
		return e.Tag == nil
	case *ast.BinaryExpression:
		return e.Operator == token.PLUS && (stringy(e.Left) || stringy(e.Right))
	default:
		return false
	}
}
