package runtime

import (
	"fmt"
	goruntime "runtime"
	"slices"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"

	"ratchet"
)

// depthSlack is how many calls deeper than the limit the engine may go when
// functions check their depth: it counts some calls twice, and other functions.
const depthSlack = 5_000

// A call by way of the engine's own functions, as of a callback of map or a
// getter, takes the stack of Go too, and leaving it takes quadratic time.
const (
	nativeDepth   = 1_000
	framesPerCall = 12
)

// boundDepth makes a function check how deep it is.
func (r *rewriter) boundDepth(body *ast.BlockStatement) {
	i := 0
	for i < len(body.List) && isDirective(body.List[i]) {
		i++
	}
	check := &ast.ExpressionStatement{Expression: r.call(toolDepth, body.LeftBrace)}
	body.List = slices.Insert(body.List, i, ast.Statement(check))
}

func (r *rewriter) boundArrow(body ast.ConciseBody) ast.ConciseBody {
	switch b := body.(type) {
	case *ast.BlockStatement:
		r.boundDepth(b)
	case *ast.ExpressionBody:
		check := r.call(toolDepth, b.Expression.Idx0())
		b.Expression = &ast.SequenceExpression{Sequence: []ast.Expression{check, b.Expression}}
	}
	return body
}

// checkDepth throws the RangeError of a function that is too deep. How deep it
// is takes long to find out, so that is done when it may be too deep only: all
// functions of a cycle check themselves, and a call adds no more than one
// JavaScript frame and framesPerCall of Go.
func (v *vm) checkDepth(goja.FunctionCall) goja.Value {
	if v.room--; v.room > 0 {
		return goja.Undefined()
	}
	limit := v.limits.CallDepth
	v.frames = v.rt.CaptureCallStack(limit+depthSlack, v.frames[:0])
	if v.goFrames == nil {
		v.goFrames = make([]uintptr, nativeDepth*framesPerCall)
	}
	native := goruntime.Callers(0, v.goFrames)
	if v.room = min(limit-len(v.frames), nativeDepth-native/framesPerCall); v.room > 0 {
		return goja.Undefined()
	}
	thrown := v.throw("RangeError", "Maximum call stack size exceeded")
	v.tooDeep.add(thrown)
	panic(thrown)
}

// deepErrors are the last errors that checkDepth threw. What looks at one on its way,
// such as the debugger, may be too deep itself and throw another.
type deepErrors struct {
	last [16]*goja.Object
	next int
}

func (d *deepErrors) add(o *goja.Object) {
	d.last[d.next%len(d.last)] = o
	d.next++
}

func (d *deepErrors) has(thrown goja.Value) bool {
	o, ok := thrown.(*goja.Object)
	return ok && slices.Contains(d.last[:], o)
}

// boundCalls sets the depth at which the engine ends the run.
func (v *vm) boundCalls() {
	depth := v.limits.CallDepth
	if slices.Contains(v.prog.tools, toolDepth) {
		depth += depthSlack
	}
	v.rt.SetMaxCallStackSize(depth)
}

// overflow is the failure of a run that nested too many calls.
func (v *vm) overflow(frames []frame) *ratchet.ExecutionError {
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeLimit, Type: "stack_overflow", Cause: ratchet.CauseStack,
		Message: fmt.Sprintf("the task nested more than %d calls", v.limits.CallDepth),
		Hint:    "Look for endless recursion at the position; use a loop for deep structures.",
	}
	v.place(e, frames)
	return e
}
