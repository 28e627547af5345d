package runtime

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// texts are the names of variables and members that begin as a text. Adding to
// them is done by our own function: the engine copies the whole text each time.
func (src *parsed) texts() map[string]bool {
	found := map[string]bool{}
	note := func(target, value ast.Expression) {
		switch v := value.(type) {
		case *ast.StringLiteral:
		case *ast.TemplateLiteral:
			if v.Tag != nil {
				return
			}
		default:
			return
		}
		switch t := target.(type) {
		case *ast.Identifier:
			found[t.Name.String()] = true
		case *ast.DotExpression:
			found[t.Identifier.Name.String()] = true
		case *ast.StringLiteral:
			found[t.Value.String()] = true
		}
	}
	walk(src.tree.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Binding:
			note(n.Target, n.Initializer)
		case *ast.AssignExpression:
			note(n.Left, n.Right)
		case *ast.PropertyKeyed:
			note(n.Key, n.Value)
		case *ast.FieldDefinition:
			note(n.Key, n.Initializer)
		}
		return true
	})
	return found
}

// appends changes s += x and s = s + x of a text.
func (r *rewriter) appends(n *ast.AssignExpression) {
	again := sameTarget(n.Left)
	if again == nil || !r.texts[accumulator(n.Left)] {
		return
	}
	switch n.Operator {
	case token.PLUS:
		n.Operator, n.Right = token.ASSIGN, r.call(toolAppend, n.Left.Idx0(), again, n.Right)
	case token.ASSIGN:
		n.Right = r.appended(n.Right, accumulator(n.Left))
	}
}

// appended changes the sum s + x + y, from its left end.
func (r *rewriter) appended(e ast.Expression, name string) ast.Expression {
	sum, ok := e.(*ast.BinaryExpression)
	if !ok || sum.Operator != token.PLUS {
		return e
	}
	left := r.appended(sum.Left, name)
	if left == sum.Left && accumulator(sum.Left) != name {
		return e
	}
	return r.call(toolAppend, sum.Idx0(), left, sum.Right)
}

func accumulator(e ast.Expression) string {
	switch n := e.(type) {
	case *ast.Identifier:
		return n.Name.String()
	case *ast.DotExpression:
		return n.Identifier.Name.String()
	}
	return ""
}

// growing are texts that were added to last, with room behind them. The bytes of
// a text never change: what is added stands behind them, where only the new text
// looks. So a text that was added to twice is copied the second time.
type growing struct {
	narrow [4][]byte
	wide   [4][]uint16
	next   int
}

// longText is from how many characters on a text has room behind it.
const longText = 1024

// appendText is the operator + for a text on the left.
func (v *vm) appendText(c goja.FunctionCall) goja.Value {
	left, ok := c.Argument(0).(goja.String)
	right := c.Argument(1)
	if _, object := right.(*goja.Object); !ok || object {
		return v.plus(c.Argument(0), right)
	}
	added, ok := right.(goja.String)
	if !ok {
		if !goja.IsNumber(right) {
			return v.plus(left, right)
		}
		added, _ = v.rt.ToValue(right.String()).(goja.String)
	}
	if left.Length() >= longText {
		to, more := reflect.ValueOf(left), reflect.ValueOf(added)
		switch {
		case to.Kind() == reflect.String && more.Kind() == reflect.String:
			return v.grow.text(to, more.String())
		case to.Kind() == reflect.Slice && (more.Kind() == reflect.Slice || more.Kind() == reflect.String):
			return v.grow.units(to, more)
		}
	}
	return left.Concat(added)
}

// plus is the engine's own operator.
func (v *vm) plus(left, right goja.Value) goja.Value {
	if v.add == nil {
		fn, err := v.rt.RunString("(function (a, b) { return a + b; })")
		if err != nil {
			panic(err)
		}
		v.add, _ = goja.AssertFunction(fn)
	}
	sum, err := v.add(goja.Undefined(), left, right)
	if err != nil {
		panic(err)
	}
	return sum
}

func (g *growing) text(to reflect.Value, more string) goja.Value {
	old := to.String()
	slot := -1
	for i, b := range g.narrow {
		if len(b) == len(old) && unsafe.SliceData(b) == unsafe.StringData(old) {
			slot = i
		}
	}
	if slot < 0 {
		slot = g.turn()
		g.narrow[slot] = append(make([]byte, 0, 2*len(old)+len(more)), old...)
	}
	b := roomFor(g.narrow[slot], len(more))
	g.narrow[slot] = append(b, more...)
	made := reflect.New(to.Type()).Elem()
	made.SetString(unsafe.String(unsafe.SliceData(g.narrow[slot]), len(g.narrow[slot])))
	return made.Interface().(goja.Value)
}

func (g *growing) units(to, more reflect.Value) goja.Value {
	old := unsafe.Slice((*uint16)(to.UnsafePointer()), to.Len())
	slot := -1
	for i, u := range g.wide {
		if len(u) == len(old) && unsafe.SliceData(u) == unsafe.SliceData(old) {
			slot = i
		}
	}
	if slot < 0 {
		slot = g.turn()
		g.wide[slot] = append(make([]uint16, 0, 2*len(old)+more.Len()), old...)
	}
	u := roomFor(g.wide[slot], more.Len())
	if more.Kind() == reflect.Slice {
		u = append(u, unsafe.Slice((*uint16)(more.UnsafePointer()), more.Len())[1:]...) // after the mark of its order
	} else {
		for _, c := range []byte(more.String()) {
			u = append(u, uint16(c))
		}
	}
	g.wide[slot] = u
	return reflect.ValueOf(u).Convert(to.Type()).Interface().(goja.Value)
}

func (g *growing) turn() int {
	g.next = (g.next + 1) % len(g.narrow)
	return g.next
}

// roomFor makes room for n more, twice as much as there is.
func roomFor[T byte | uint16](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return append(make([]T, 0, 2*(len(s)+n)), s...)
}
