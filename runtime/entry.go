package runtime

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// entry is what a task's source offers to be called: a function, or else data.
type entry struct {
	name  string // default, main, process, global main, global process, completion function, completion value
	fn    goja.Callable
	takes int64      // parameters of fn
	data  goja.Value // when fn is nil
}

// noEntryError is a source without anything to call.
type noEntryError struct{ exported []string }

func (e *noEntryError) Error() string {
	if len(e.exported) > 0 {
		return "the task exports " + strings.Join(e.exported, ", ") + " but neither a default function, main nor process"
	}
	return "the task has no entry point"
}

// globalEntry finds global functions, whether declared by function, var or const.
var globalEntry = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:entry",
		`typeof main === 'function' ? ['global main', main] : typeof process === 'function' ? ['global process', process] : null`, false)
})

// runProgram runs the top level of the source and returns its completion value.
func (v *vm) runProgram() (goja.Value, error) {
	if v.prog.common {
		module, exports := v.rt.NewObject(), v.rt.NewObject()
		if err := v.put(module, "exports", exports); err != nil {
			return nil, err
		}
		if err := v.define("module", module); err != nil {
			return nil, err
		}
		if err := v.define("exports", exports); err != nil {
			return nil, err
		}
		v.module = module
	}
	if err := v.giveTools(); err != nil {
		return nil, fmt.Errorf("give the tools: %w", err)
	}
	if err := v.hook(); err != nil {
		return nil, fmt.Errorf("install the hooks: %w", err)
	}
	if err := v.attach(); err != nil {
		return nil, fmt.Errorf("attach the debugger: %w", err)
	}
	defer v.detach()
	return v.rt.RunProgram(v.prog.code)
}

// entry finds what to call, in the order of the calling convention.
func (v *vm) entry(completion goja.Value) (entry, error) {
	var exported []string
	if v.prog.awaits {
		if err := v.awaitExports(); err != nil {
			return entry{}, err
		}
	}
	if v.module != nil {
		found, names, ok := v.exportedEntry()
		if ok {
			return found, nil
		}
		exported = names
	}
	global, err := v.rt.RunProgram(globalEntry())
	if err != nil {
		return entry{}, fmt.Errorf("look for main: %w", err)
	}
	if pair, ok := global.(*goja.Object); ok {
		e, _ := function(pair.Get("0").String(), pair.Get("1"))
		return e, nil
	}
	if e, ok := function("completion function", completion); ok {
		return e, nil
	}
	if len(exported) > 0 || completion == nil || goja.IsUndefined(completion) {
		return entry{}, &noEntryError{exported}
	}
	return entry{name: "completion value", data: completion}, nil
}

// exportedEntry looks at module.exports; names are its keys.
func (v *vm) exportedEntry() (e entry, names []string, ok bool) {
	value := v.module.Get("exports")
	if e, ok := function("default", value); ok {
		return e, nil, true
	}
	exports, isObject := value.(*goja.Object)
	if !isObject {
		return entry{}, nil, false
	}
	for _, name := range []string{"default", "main", "process"} {
		if e, ok := function(name, exports.Get(name)); ok {
			return e, nil, true
		}
	}
	return entry{}, exports.Keys(), false
}

func function(name string, value goja.Value) (entry, bool) {
	fn, ok := goja.AssertFunction(value)
	if !ok {
		return entry{}, false
	}
	return entry{name: name, fn: fn, takes: value.(*goja.Object).Get("length").ToInteger()}, true
}
