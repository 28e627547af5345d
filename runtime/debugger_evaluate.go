package runtime

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

// Bounds of an expression.
const (
	MaxExpression   = 4096                   // bytes
	evaluateTime    = 500 * time.Millisecond // of running one
	expressionScope = "$ratchetScope"
	expressionThis  = "$ratchetThis"
)

// expression is a watch, condition or evaluation, ready to run in any frame.
type expression struct {
	text string
	code *goja.Program
	err  error
	fn   goja.Callable // of the VM that ran it first
}

// CheckExpression says why a text is no expression that a debugger evaluates;
// nil when it is one.
func CheckExpression(text string) error {
	_, err := parseExpression(text)
	return err
}

// parseExpression compiles (function (scope) { with (scope) { return (text) } }).
func parseExpression(text string) (_ *expression, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the expression cannot be read: %v", r)
		}
	}()
	if len(text) > MaxExpression {
		return nil, fmt.Errorf("the expression has %d characters; at most %d are allowed", len(text), MaxExpression)
	}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the expression is empty")
	}
	tree, err := parser.ParseFile(nil, "expression", "("+text+"\n)", 0, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, errors.New(expressionProblem(err))
	}
	if len(tree.Body) != 1 {
		return nil, errors.New("write one expression, without statements")
	}
	if _, ok := tree.Body[0].(*ast.ExpressionStatement); !ok {
		return nil, errors.New("write one expression, without statements")
	}
	wrapped := "(function(" + expressionScope + "){with(" + expressionScope + "){return (" + text + "\n)}})"
	if tree, err = parser.ParseFile(nil, "expression", wrapped, 0, parser.WithDisableSourceMaps); err != nil {
		return nil, errors.New(expressionProblem(err))
	}
	if why := expressionChange(tree); why != "" {
		return nil, errors.New("the expression " + why + "; expressions here only read (set_variable changes a variable)")
	}
	replaceThis(reflect.ValueOf(tree.Body), 0)
	code, err := goja.CompileAST(tree, false)
	if err != nil {
		return nil, err
	}
	return &expression{text: text, code: code}, nil
}

// expressionProblem is a parser error without our wrapping.
func expressionProblem(err error) string {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Message
	}
	return err.Error()
}

// expressionChange says what an expression would change.
func expressionChange(tree *ast.Program) string {
	own := map[string]bool{} // no name is the expression's own to change
	found := ""
	walk(tree.Body, func(n ast.Node) bool {
		if found == "" {
			found = change(n, own)
		}
		return found == ""
	})
	return found
}

// replaceThis makes this, outside functions that have their own, a name of the
// frame. depth counts functions around.
func replaceThis(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if t, ok := v.Interface().(*ast.ThisExpression); ok && v.CanSet() && depth == 1 {
			v.Set(reflect.ValueOf(&ast.Identifier{Name: expressionThis, Idx: t.Idx}))
			return
		}
		replaceThis(v.Elem(), depth)
	case reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*file.File]() {
			return
		}
		switch v.Interface().(type) {
		case *ast.FunctionLiteral, *ast.ClassLiteral:
			depth++
		}
		replaceThis(v.Elem(), depth)
	case reflect.Slice:
		for i := range v.Len() {
			replaceThis(v.Index(i), depth)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "DeclarationList" {
				replaceThis(v.Field(i), depth)
			}
		}
	}
}

func (d *debugger) evaluateText(f *callFrame, text string) (goja.Value, error) {
	e, err := parseExpression(text)
	if err != nil {
		return nil, err
	}
	return d.evaluate(f, e)
}

// evaluate runs an expression in a frame. It changes nothing: what would is
// refused with an error, and so is what takes too long.
func (d *debugger) evaluate(f *callFrame, e *expression) (goja.Value, error) {
	if e.err != nil {
		return nil, e.err
	}
	if f.point < 0 || f.read == nil {
		return nil, errors.New("the names of this frame are not known: it began before anything could stop the run")
	}
	var out goja.Value
	err := d.guarded(func() error {
		if e.fn == nil {
			value, err := d.v.rt.RunProgram(e.code)
			if err != nil {
				return err
			}
			e.fn, _ = goja.AssertFunction(value)
		}
		scope := d.v.rt.NewDynamicObject(frameNames{d, f})
		if err := scope.SetPrototype(nil); err != nil {
			return err
		}
		value, err := e.fn(goja.Undefined(), scope)
		out = value
		return err
	})
	if err != nil {
		return nil, d.problem(err)
	}
	if d.refused != "" {
		return nil, errors.New("TypeError: the expression has a side effect: " + d.refused)
	}
	return out, nil
}

// problem is an error of an evaluation as its reader needs it.
func (d *debugger) problem(err error) error {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var thrown *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		return fmt.Errorf("the expression ran longer than %s and was ended", evaluateTime)
	case errors.As(err, &overflow):
		return errors.New("the expression nests too many calls")
	case errors.As(err, &thrown):
		info := d.v.describe(thrown.Value())
		return fmt.Errorf("%s: %s", info.Name, info.Message)
	}
	return err
}

// frameNames are the names of a frame as an object.
type frameNames struct {
	d *debugger
	f *callFrame
}

// Get implements goja.DynamicObject.
func (n frameNames) Get(key string) goja.Value {
	s, code := n.d.resolve(n.f, key)
	if s == nil {
		return nil
	}
	value, err := n.d.readName(n.f, s, code)
	if err != nil {
		panic(err)
	}
	return value
}

// Has implements goja.DynamicObject.
func (n frameNames) Has(key string) bool {
	s, _ := n.d.resolve(n.f, key)
	return s != nil
}

// Set implements goja.DynamicObject.
func (frameNames) Set(string, goja.Value) bool { return false }

// Delete implements goja.DynamicObject.
func (frameNames) Delete(string) bool { return false }

// Keys implements goja.DynamicObject.
func (frameNames) Keys() []string { return nil }

// resolve finds the scope of a name as the author wrote it, and the name in
// the program.
func (d *debugger) resolve(f *callFrame, shown string) (*debugScope, string) {
	inner := d.code.points[f.point].scope
	if shown == expressionThis {
		if inner.this {
			return inner, "this"
		}
		return nil, ""
	}
	for s := inner; s != nil; s = s.outer {
		for _, n := range s.names {
			if n.shown == shown {
				return s, n.code
			}
		}
	}
	return nil, ""
}

// readName reads a name through the reader of the statement, or the module's.
func (d *debugger) readName(f *callFrame, s *debugScope, code string) (goja.Value, error) {
	read := f.read
	if s.kind == "module" {
		read = d.module
	}
	fn, ok := goja.AssertFunction(read)
	if !ok {
		return nil, errors.New("the names of this frame are not known")
	}
	return fn(goja.Undefined(), d.v.rt.ToValue(code))
}
