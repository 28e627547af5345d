package runtime

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

//go:embed js/*.js
var webSources embed.FS

// hostFuncs are the Go functions a script of ours gets as the members of its
// argument host.
type hostFuncs map[string]func(goja.FunctionCall) goja.Value

// script is a module written in js/NAME.js: a function of (host, need) that
// returns its globals.
func script(name string, host func(*vm) hostFuncs, globals ...string) module {
	return scriptOf(name, webProgram(name), host, globals)
}

// scriptParts is one script in several files.
func scriptParts(name string, host func(*vm) hostFuncs, parts, globals []string) module {
	var result strings.Builder
	result.WriteString("return {")
	for _, global := range globals {
		_, local, _ := strings.Cut(global, ":")
		fmt.Fprintf(&result, " %q: %s,", global, cmp.Or(local, global))
	}
	return scriptOf(name, partsProgram(name, parts, result.String()+" };"), host, globals)
}

// partsProgram compiles files that are the body of one function, which ends with result.
func partsProgram(name string, parts []string, result string) func() *goja.Program {
	return sync.OnceValue(func() *goja.Program {
		var text strings.Builder
		text.WriteString("(function (host, need) {\n'use strict';\n")
		for _, part := range parts {
			text.WriteString(webSource(name + "_" + part))
		}
		return goja.MustCompile("ratchet:"+name, text.String()+result+"\n})", false)
	})
}

func scriptOf(name string, program func() *goja.Program, host func(*vm) hostFuncs, globals []string) module {
	return module{name: name, globals: globals, install: func(v *vm) error {
		made, err := v.runScript(program(), host)
		if err != nil {
			return err
		}
		for _, name := range globals {
			if err := v.export(name, made.Get(name)); err != nil {
				return err
			}
		}
		return nil
	}}
}

// webProgram compiles js/NAME.js once per process.
func webProgram(name string) func() *goja.Program {
	return sync.OnceValue(func() *goja.Program { return goja.MustCompile("ratchet:"+name, webSource(name), false) })
}

// webSource is the text of js/NAME.js.
func webSource(name string) string {
	text, err := webSources.ReadFile("js/" + name + ".js")
	if err != nil {
		panic(err) // the file is part of the binary
	}
	return string(text)
}

// runScript calls the function that a script of ours is.
func (v *vm) runScript(program *goja.Program, host func(*vm) hostFuncs) (*goja.Object, error) {
	fn, err := v.rt.RunProgram(program)
	if err != nil {
		return nil, err
	}
	call, ok := goja.AssertFunction(fn)
	if !ok {
		return nil, fmt.Errorf("the script is not a function")
	}
	members := v.rt.NewObject()
	if host != nil {
		for name, fn := range host(v) {
			if err := v.put(members, name, v.contained(name, fn)); err != nil {
				return nil, err
			}
		}
	}
	if v.job != nil {
		for name, set := range map[string]bool{"throwOnError": v.job.ThrowOnError, "streams": v.prog.streams} {
			if err := v.put(members, name, set); err != nil {
				return nil, err
			}
		}
	}
	made, err := call(goja.Undefined(), members, v.rt.ToValue(v.need))
	if err != nil {
		return nil, err
	}
	return made.ToObject(v.rt), nil
}

// contained makes a panic of Go code inside fn an error of the task instead of
// the end of the process. What the engine unwinds with passes through.
func (v *vm) contained(name string, fn func(goja.FunctionCall) goja.Value) func(goja.FunctionCall) goja.Value {
	return func(c goja.FunctionCall) goja.Value {
		defer func() {
			if r := recover(); r != nil {
				if ofEngine(r) {
					panic(r)
				}
				v.log("error", "runtime", fmt.Sprintf("%s failed: %v", name, r), nil, nil, nil)
				panic(v.throw("Error", name+" failed inside the runtime; this is not the task's fault"))
			}
		}()
		return fn(c)
	}
}

// ofEngine says whether a panic is the engine's way to throw or to unwind.
func ofEngine(r any) bool {
	if _, ok := r.(goja.Value); ok {
		return true
	}
	t := reflect.TypeOf(r)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() == reflect.TypeFor[goja.Runtime]().PkgPath()
}

// export makes value a global and remembers it for the other modules.
func (v *vm) export(name string, value goja.Value) error {
	if v.web == nil {
		v.web = map[string]goja.Value{}
	}
	v.web[name] = value
	if hiddenGlobal(name) {
		return nil
	}
	return v.define(name, value)
}

// hiddenGlobal says whether a name is for scripts of ours and for what the
// compiler makes of imports: no task can write it as a name.
func hiddenGlobal(name string) bool { return strings.Contains(name, ":") }

// need gives a script of ours a global of another module or an error class,
// whatever the task has made of the global of that name.
func (v *vm) need(call goja.FunctionCall) goja.Value {
	value, err := v.builtin(call.Argument(0).String())
	if err != nil {
		panic(v.spoiled(err))
	}
	return value
}

// builtin returns what this package made for a global's name, installing it if
// need be.
func (v *vm) builtin(name string) (goja.Value, error) {
	if value, ok := v.web[name]; ok {
		return value, nil
	}
	if i, ok := theModules().globals[name]; ok {
		if err := v.installModule(i); err != nil {
			return nil, err
		}
		if value, ok := v.web[name]; ok {
			return value, nil
		}
	}
	return v.class(name)
}

// programRules changes when a source is compiled to something that may behave
// differently, such as strict code.
const programRules = "2"

// webHash identifies the built-in JavaScript and the rules of the compile step
// on a tape.
var webHash = sync.OnceValue(func() string {
	sum := sha256.New()
	fmt.Fprintln(sum, programRules)
	_ = fs.WalkDir(webSources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := webSources.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))
})
