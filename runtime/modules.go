package runtime

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// module is one part of the environment a task sees.
//
// A fresh runtime is made for every run, so nothing is installed before it is
// needed: a module with globals is installed when one of them is first read;
// one with words at the start, if the compiled source contains one of them or
// may reach it without (see reaching);
// one with neither always at the start. A module may have both lists.
type module struct {
	name    string
	globals []string // installed by install with vm.define
	words   []string // e.g. "groupBy" for a method added to a built-in
	reach   []string // words that lead to that built-in, for code with computed keys
	install func(*vm) error
}

// modules lists every module. Order matters for those installed at the start.
func modules() []module {
	return append(coreModules(), webModules()...)
}

// moduleTable is modules() with its indexes, made once per process.
type moduleTable struct {
	list    []module
	globals map[string]int // index into list by global
}

// made holds the table once it is made; modules refer to it from inside, so it
// cannot be a variable with an initial value.
var made struct {
	once  sync.Once
	table *moduleTable
}

func theModules() *moduleTable {
	made.once.Do(func() {
		t := &moduleTable{list: modules(), globals: map[string]int{}}
		for i, m := range t.list {
			for _, g := range m.globals {
				t.globals[g] = i
			}
		}
		made.table = t
	})
	return made.table
}

// moduleSet has a bit for each entry of modules().
type moduleSet [3]uint64

func (s *moduleSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *moduleSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// wanted are the modules to install before the source with this text runs, as
// a bit set.
func (t *moduleTable) wanted(source string) moduleSet {
	var set moduleSet
	computed, everything := reaching(source)
	names := func(word string) bool { return strings.Contains(source, word) }
	for i, m := range t.list {
		switch {
		case len(m.words) == 0:
			if len(m.globals) == 0 {
				set.add(i)
			}
		case everything, slices.ContainsFunc(m.words, names), computed && slices.ContainsFunc(m.reach, names):
			set.add(i)
		}
	}
	return set
}

// addNamed adds modules by name.
func (t *moduleTable) addNamed(set *moduleSet, names ...string) {
	for i, m := range t.list {
		if slices.Contains(names, m.name) {
			set.add(i)
		}
	}
}

// install prepares the environment: lazily what is read by name, at once what
// the program's text asks for.
func (v *vm) install() error {
	g := v.rt.GlobalObject()
	if err := g.SetPrototype(v.rt.NewDynamicObject(lazyGlobals{v})); err != nil {
		return fmt.Errorf("install lazy globals: %w", err)
	}
	t := theModules()
	for i := range t.list {
		if v.prog.modules.has(i) {
			if err := v.installModule(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *vm) installModule(i int) error {
	if v.installed.has(i) {
		return nil
	}
	v.installed.add(i)
	defer v.unguard()()
	m := theModules().list[i]
	if err := m.install(v); err != nil {
		return fmt.Errorf("install the built-in %s: %w", m.name, err)
	}
	return nil
}

// lazyGlobals is the prototype of the global object: the first read of a
// module's global installs the module, which makes the name a property of the
// global object itself.
type lazyGlobals struct{ v *vm }

func (g lazyGlobals) pending(key string) (int, bool) {
	i, ok := theModules().globals[key]
	return i, ok && !g.v.installed.has(i)
}

func (g lazyGlobals) Get(key string) goja.Value {
	if hiddenGlobal(key) {
		value, err := g.v.builtin(key)
		if err != nil {
			return nil // the task asks for what is not there
		}
		return value
	}
	i, ok := g.pending(key)
	if !ok {
		return nil
	}
	if err := g.v.installModule(i); err != nil {
		panic(g.v.spoiled(err))
	}
	return g.v.rt.GlobalObject().Get(key)
}

func (g lazyGlobals) Has(key string) bool {
	_, ok := g.pending(key)
	return ok && !hiddenGlobal(key)
}

func (lazyGlobals) Set(string, goja.Value) bool { return false }
func (lazyGlobals) Delete(string) bool          { return true }
func (lazyGlobals) Keys() []string              { return nil }
