package runtime

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja"
)

// patch is a property of a built-in that a script of ours provides: a method
// the engine lacks or gets wrong. An accessor stands in its place until it is
// first read; then the script runs and the property becomes what it made.
type patch struct {
	script *patchScript
	object string // such as Array or String.prototype
	name   string
}

// patchScript is js/NAME.js: a function that returns an object of objects,
// the properties by the built-in they belong to.
type patchScript struct {
	module
	run func(*vm) (*goja.Object, error)
}

func newPatchScript(name string, host func(*vm) hostFuncs) *patchScript {
	return patchScriptOf(name, webProgram(name), host)
}

func patchScriptOf(name string, program func() *goja.Program, host func(*vm) hostFuncs) *patchScript {
	return &patchScript{module{name: name}, func(v *vm) (*goja.Object, error) { return v.runScript(program(), host) }}
}

// on lists the script's patches of one object as modules. A task gets hold of
// the object by one of the words reach.
func (s *patchScript) on(object string, reach []string, names ...string) []module {
	list := make([]module, len(names))
	for i, name := range names {
		list[i] = module{
			name:    object + "." + name,
			words:   []string{name},
			reach:   reach,
			install: patch{s, object, name}.install,
		}
	}
	return list
}

// install puts the accessor in place.
func (p patch) install(v *vm) error {
	target, err := v.patched(p.object)
	if err != nil {
		return err
	}
	native := target.Get(p.name)
	if v.pending != nil {
		v.pending[target] = append(v.pending[target], p.name)
	}
	// One function is getter and setter: only a setter is called with an argument.
	access := v.value("get "+p.name, func(c goja.FunctionCall) goja.Value {
		if len(c.Arguments) > 0 {
			p.assign(v, target, c.This, c.Argument(0))
			return goja.Undefined()
		}
		made := v.patchMade(p)
		if made == nil { // the script itself reads it
			return orUndefined(native)
		}
		// A frozen built-in keeps the accessor, which goes on to answer.
		_ = target.DefineDataProperty(p.name, made, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		return made
	})
	return target.DefineAccessorProperty(p.name, access, access, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// assign is what assignment does to a plain method: it makes an own property.
func (p patch) assign(v *vm, target *goja.Object, this, value goja.Value) {
	o, ok := this.(*goja.Object)
	if !ok {
		return
	}
	shown := goja.ToFlag(o != target)
	if err := o.DefineDataProperty(p.name, value, goja.FLAG_TRUE, goja.FLAG_TRUE, shown); err != nil {
		panic(v.rt.NewTypeError("Cannot assign to %s", p.name))
	}
}

// patchMade returns what the script makes of p; nil while it is being run.
func (v *vm) patchMade(p patch) goja.Value {
	table, err := v.patchTable(p.script)
	if err != nil {
		panic(v.spoiled(err))
	}
	if table == nil {
		return nil
	}
	return table.Get(p.object).ToObject(v.rt).Get(p.name)
}

// patchTable runs the script once; nil while it runs.
func (v *vm) patchTable(s *patchScript) (*goja.Object, error) {
	if table, ok := v.patches[s.name]; ok {
		return table, nil
	}
	if v.patches == nil {
		v.patches = map[string]*goja.Object{}
	}
	v.patches[s.name] = nil
	table, err := s.run(v)
	if err != nil {
		delete(v.patches, s.name)
		return nil, fmt.Errorf("run script %s: %w", s.name, err)
	}
	v.patches[s.name] = table
	return table, nil
}

// patched finds a built-in by its path. It is called before the task runs.
func (v *vm) patched(path string) (*goja.Object, error) {
	g := v.rt.GlobalObject()
	switch path {
	case "globalThis":
		return g, nil
	case "TypedArray":
		return g.Get("Int8Array").ToObject(v.rt).Prototype(), nil
	case "TypedArray.prototype":
		return g.Get("Int8Array").ToObject(v.rt).Get("prototype").ToObject(v.rt).Prototype(), nil
	case "Iterator.prototype":
		values, ok := goja.AssertFunction(v.rt.NewArray().Get("values"))
		if !ok {
			return nil, fmt.Errorf("arrays have no iterator")
		}
		it, err := values(v.rt.NewArray())
		if err != nil {
			return nil, err
		}
		return it.ToObject(v.rt).Prototype().Prototype(), nil
	}
	name, isPrototype := strings.CutSuffix(path, ".prototype")
	o := g.Get(name).ToObject(v.rt)
	if isPrototype {
		o = o.Get("prototype").ToObject(v.rt)
	}
	return o, nil
}

func orUndefined(value goja.Value) goja.Value {
	if value == nil {
		return goja.Undefined()
	}
	return value
}

// reaching says what code with this text may read beyond the names in it.
// Everything: it reflects, or has code made or the global object searched at
// run time. Computed: it names properties by computed keys, so that it reaches
// any method of the values it has. A key computed to be the word constructor
// is the one way on from there that the text does not show.
func reaching(source string) (computed, everything bool) {
	for _, word := range []string{
		"eval", "Function", "Reflect", "PropertyDescriptor", "PropertyNames", "globalThis", `\u`,
	} {
		if strings.Contains(source, word) {
			return true, true
		}
	}
	if bareThis.MatchString(source) || strings.Count(source, "constructor") > len(classConstructor.FindAllStringIndex(source, -1)) {
		return true, true
	}
	return strings.Count(source, "[") > len(plainBrackets.FindAllStringIndex(source, -1)), false
}

var (
	plainBrackets    = regexp.MustCompile(`\[\s*\d*\s*\]`) // a plain index or an empty array
	classConstructor = regexp.MustCompile(`(?:^|[\s{};])constructor\s*\(`)
	bareThis         = regexp.MustCompile(`\bthis\b[ \t]*(?:[^.\sA-Za-z]|[\r\n]|$)`)
)

// symbolModule adds the well-known symbols that lowered syntax refers to.
func symbolModule(name string) module {
	return module{name: "Symbol." + name, words: []string{name}, reach: []string{"Symbol"}, install: func(v *vm) error {
		symbol, err := v.patched("Symbol")
		if err != nil || symbol.Get(name) != nil {
			return err
		}
		return symbol.DefineDataProperty(name, goja.NewSymbol("Symbol."+name), goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	}}
}
