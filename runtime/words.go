package runtime

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
)

// The engine words its errors in its own way, and programs match on the words
// of V8. It makes every error with the constructor of its class, so these are
// the place to word it anew. The engine has no interface for that: the fields
// that are read and set here are its own. TestWords fails when a version of the
// engine has others; then its words are what programs see.

// wordedClasses are the errors that the engine throws by itself.
func wordedClasses() []string {
	return []string{"TypeError", "RangeError", "ReferenceError", "URIError"}
}

type constructor = func([]goja.Value, *goja.Object) *goja.Object

// wordErrors makes the engine's errors say what those of V8 do.
func (v *vm) wordErrors() {
	for _, name := range wordedClasses() {
		class, ok := v.rt.GlobalObject().Get(name).(*goja.Object)
		if !ok {
			continue
		}
		construct := constructorOf(class)
		if construct == nil {
			return
		}
		native := *construct
		*construct = func(args []goja.Value, newTarget *goja.Object) *goja.Object {
			if newTarget == class && len(args) == 1 { // the engine itself calls it so
				args = []goja.Value{v.rt.ToValue(v.words(args[0].String()))}
			}
			return native(args, newTarget)
		}
	}
}

// constructorOf is the field of a native function of the engine that makes its
// objects; nil when there is none.
func constructorOf(class *goja.Object) *constructor {
	field := fieldOf(reflect.ValueOf(class), "self", "construct")
	if !field.IsValid() || field.Type() != reflect.TypeFor[constructor]() {
		return nil
	}
	return (*constructor)(unsafe.Pointer(field.UnsafeAddr()))
}

// fieldOf goes along fields, through pointers and interfaces.
func fieldOf(at reflect.Value, names ...string) reflect.Value {
	for _, name := range names {
		for at.Kind() == reflect.Interface || at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		at = at.FieldByName(name)
	}
	return at
}

// instruction is what the engine was doing when it made an error.
type instruction struct {
	op     string        // its type, such as getProp; empty = a function of the engine
	text   string        // what it has of a text, such as the name of a property
	number int           // or of a number, such as how many arguments
	top    []goja.Value  // of the stack, the last first
	args   []goja.Value  // of a function of the engine
	name   string        // of that function
	at     file.Position // of it in the source
	from   file.Position // where a function of the engine was called
}

func (v *vm) instruction() instruction {
	var in instruction
	engine := fieldOf(reflect.ValueOf(v.rt), "vm")
	stackField, sp, sb := fieldOf(engine, "stack"), fieldOf(engine, "sp"), fieldOf(engine, "sb")
	if !stackField.IsValid() || !sp.IsValid() || !sb.IsValid() {
		return in
	}
	stack := *(*[]goja.Value)(unsafe.Pointer(stackField.UnsafeAddr()))
	top := min(int(sp.Int()), len(stack))
	for i := top - 1; i >= 0 && len(in.top) < 8; i-- {
		in.top = append(in.top, stack[i])
	}
	for i, frame := range v.rt.CaptureCallStack(2, nil) {
		if i == 0 {
			in.at, in.name = frame.Position(), frame.FuncName()
		} else if in.at.Line == 0 {
			in.from = frame.Position()
		}
	}
	code, pc := fieldOf(engine, "prg", "code"), fieldOf(engine, "pc")
	if !code.IsValid() || !pc.IsValid() || int(pc.Int()) >= code.Len() || pc.Int() < 0 {
		if from := int(sb.Int()); from >= 0 && from <= top {
			in.args = stack[from:top]
		}
		return in
	}
	op := code.Index(int(pc.Int())).Elem()
	for op.Kind() == reflect.Pointer {
		op = op.Elem()
	}
	in.op = op.Type().Name()
	switch op.Kind() {
	case reflect.String:
		in.text = op.String()
	case reflect.Uint32:
		in.number = int(op.Uint()) //nolint:gosec // of arguments
	}
	return in
}

// below is the value that lies n below the top of the stack.
func (in *instruction) below(n int) goja.Value {
	if n >= len(in.top) {
		return goja.Undefined()
	}
	return in.top[n]
}

func (in *instruction) argument(n int) goja.Value {
	if n >= len(in.args) {
		return goja.Undefined()
	}
	return in.args[n]
}
