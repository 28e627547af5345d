package runtime

import (
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// natives are builtins as they were before the task ran.
type natives struct {
	describe goja.Callable // Reflect.getOwnPropertyDescriptor
	eachMap  goja.Callable // Map.prototype.forEach
	eachSet  goja.Callable // Set.prototype.forEach
	changers []changer
}

// changer is a builtin that changes what it is given. While an expression is
// evaluated it throws.
type changer struct {
	holder  *goja.Object
	key     string
	refuses goja.Value
	held    goja.Value // the real one, meanwhile
}

// changing lists the builtins with effects, by their holder.
var changing = []struct{ holder, methods string }{
	{"Array.prototype", "push pop shift unshift splice sort reverse fill copyWithin"},
	{"Map.prototype", "set delete clear"},
	{"Set.prototype", "add delete clear"},
	{"WeakMap.prototype", "set delete"},
	{"WeakSet.prototype", "add delete"},
	{"Object", "assign defineProperty defineProperties setPrototypeOf freeze seal preventExtensions"},
	{"Reflect", "set defineProperty deleteProperty setPrototypeOf preventExtensions"},
	{"Date.prototype", "setTime setFullYear setMonth setDate setHours setMinutes setSeconds setMilliseconds setUTCFullYear setUTCMonth setUTCDate setUTCHours setUTCMinutes setUTCSeconds setUTCMilliseconds"},
	{"Promise.prototype", "then catch finally"},
	{"Promise", "resolve all allSettled any race"},
	{"Uint8Array.prototype.__proto__", "set fill sort reverse copyWithin"},
	{"DataView.prototype", "setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setFloat32 setFloat64 setBigInt64 setBigUint64"},
}

// keep finds the builtins. It runs before the task does.
func (n *natives) keep(v *vm) error {
	find := func(path string) *goja.Object {
		var at goja.Value = v.rt.GlobalObject()
		for key := range strings.SplitSeq(path, ".") {
			o, ok := at.(*goja.Object)
			if !ok {
				return nil
			}
			at = o.Get(key)
		}
		o, _ := at.(*goja.Object)
		return o
	}
	callable := func(path string) (goja.Callable, error) {
		if o := find(path); o != nil {
			if fn, ok := goja.AssertFunction(o); ok {
				return fn, nil
			}
		}
		return nil, fmt.Errorf("the engine has no %s", path)
	}
	var err error
	if n.describe, err = callable("Reflect.getOwnPropertyDescriptor"); err != nil {
		return err
	}
	if n.eachMap, err = callable("Map.prototype.forEach"); err != nil {
		return err
	}
	if n.eachSet, err = callable("Set.prototype.forEach"); err != nil {
		return err
	}
	for _, c := range changing {
		holder := find(c.holder)
		if holder == nil {
			continue
		}
		for key := range strings.FieldsSeq(c.methods) {
			full := strings.ReplaceAll(c.holder, ".__proto__", "") + "." + key
			n.changers = append(n.changers, changer{holder: holder, key: key, refuses: v.rt.ToValue(func(goja.FunctionCall) goja.Value {
				panic(v.sideEffect(full + " changes or starts something"))
			})})
		}
	}
	return nil
}

// sideEffect is what an evaluated expression gets that would do more than read.
func (v *vm) sideEffect(what string) *goja.Object {
	if d := v.debugger; d.refused == "" {
		d.refused = what
	}
	return v.rt.NewTypeError("the expression has a side effect: %s", what)
}

// effect refuses what leaves a trace outside the expression being evaluated.
func (v *vm) effect(what string) {
	if v.debugger != nil && v.debugger.evaluating > 0 {
		panic(v.sideEffect(what))
	}
}

// evaluates says whether a debugger's expression is running.
func (v *vm) evaluates() bool { return v.debugger != nil && v.debugger.evaluating > 0 }

// guarded runs fn with everything that changes something refused, and bounded
// in time by the checkpoints it passes.
func (d *debugger) guarded(fn func() error) error {
	running, thrown, origin, rejected, read := d.running, d.thrown, d.origin, len(d.v.rejected.list), d.v.turnRead
	if d.evaluating == 0 {
		d.natives.forbid()
		d.fill()
		d.refused = ""
		d.deadline = time.Now().Add(evaluateTime)
	}
	d.evaluating++
	err := fn()
	d.evaluating--
	d.running, d.thrown, d.origin, d.v.turnRead = running, thrown, origin, read
	d.v.rejected.cut(rejected)
	if d.evaluating == 0 {
		d.natives.allow()
		d.arm()
	}
	if d.v.ctx.Err() != nil {
		panic(&goja.InterruptedError{})
	}
	return err
}

// forbid puts what throws in the place of the builtins that change something.
func (n *natives) forbid() {
	for i := range n.changers {
		c := &n.changers[i]
		if c.held = c.holder.Get(c.key); c.held != nil {
			_ = c.holder.Set(c.key, c.refuses) // frozen by the task: then it stays as it is
		}
	}
}

func (n *natives) allow() {
	for i := range n.changers {
		if c := &n.changers[i]; c.held != nil {
			_ = c.holder.Set(c.key, c.held)
		}
	}
}

// unguard lets a part of the environment be installed that an expression is
// the first to name. The returned function ends that.
func (v *vm) unguard() func() {
	if !v.evaluates() {
		return func() {}
	}
	d := v.debugger
	depth := d.evaluating
	d.natives.allow()
	d.evaluating = 0
	return func() {
		d.evaluating = depth
		d.natives.forbid()
	}
}

// guardTime ends an evaluation that takes too long. The script cannot catch it.
func (d *debugger) guardTime() {
	if time.Now().After(d.deadline) {
		panic(&goja.InterruptedError{})
	}
}

// guardCall refuses to call a function of the task that changes something.
func (d *debugger) guardCall(fn int) {
	d.guardTime()
	switch f := d.code.functions[fn]; {
	case f.async:
		panic(d.v.sideEffect("it calls " + f.name + ", which is async"))
	case f.generator:
		panic(d.v.sideEffect("it runs the generator " + f.name))
	case f.writes != "":
		panic(d.v.sideEffect("it calls " + f.name + ", which " + f.writes))
	}
}
