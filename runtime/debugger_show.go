package runtime

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// Bounds of a shown value.
const (
	showDepth  = 3
	showItems  = 50
	showText   = 1000     // bytes of one string
	showLength = 16 << 10 // bytes of one preview
)

// display is a value inside a log message: strings as they are.
func (d *debugger) display(value goja.Value) string {
	if goja.IsString(value) {
		return cut(value.String(), showText)
	}
	return d.show(value, d.config.Depth, d.config.MaxItems, false).Preview
}

// show makes a value readable without running anything of the task. members
// asks for one level of what is in it.
func (d *debugger) show(value goja.Value, depth, items int, members bool) *DebugValue {
	if depth == 0 {
		depth = showDepth
	}
	if items == 0 {
		items = showItems
	}
	s := shower{d: d, items: items}
	s.write(value, depth)
	out := &DebugValue{Type: typeOf(value), Preview: s.out.String()}
	o, ok := value.(*goja.Object)
	if !ok || isProxy(o) {
		return out
	}
	list, size := d.members(o, items)
	out.Size = size
	if members {
		for _, m := range list {
			shown := DebugMember{Name: m.name, Type: "getter", Preview: "[Getter]"}
			if m.value != nil {
				value := d.show(m.value, depth-1, items, false)
				shown.Type, shown.Preview, shown.Size = value.Type, value.Preview, value.Size
			}
			out.Members = append(out.Members, shown)
		}
	}
	return out
}

func typeOf(value goja.Value) string {
	o, ok := value.(*goja.Object)
	switch {
	case value == nil || goja.IsUndefined(value):
		return "undefined"
	case goja.IsNull(value):
		return "null"
	case goja.IsString(value):
		return "string"
	case goja.IsBigInt(value):
		return "bigint"
	case goja.IsNumber(value):
		return "number"
	case !ok:
		if _, symbol := value.(*goja.Symbol); symbol {
			return "symbol"
		}
		return "boolean"
	case isProxy(o):
		return "proxy"
	}
	switch class := classOf(o); class {
	case "Object", "Array", "Function":
		return strings.ToLower(class)
	default:
		return class
	}
}

// classOf is what an object is inside. The engine calls many things Object.
func classOf(o *goja.Object) string {
	class := o.ClassName()
	if class != "Object" {
		return class
	}
	switch t := o.ExportType(); {
	case t == reflect.TypeFor[[][2]any]():
		return "Map"
	case t == reflect.TypeFor[[]any]():
		return "Set"
	case t == promiseType:
		return "Promise"
	case t.Kind() == reflect.Slice: // typed arrays
		return "Array"
	}
	return class
}

func isProxy(o *goja.Object) bool { return o.ExportType() == reflect.TypeFor[goja.Proxy]() }

// member is one thing in a value; a nil value is a getter.
type member struct {
	name  string
	value goja.Value
	entry bool // of a Map or Set
}

// members lists what an object holds itself, up to limit, and how much there is.
func (d *debugger) members(o *goja.Object, limit int) ([]member, int) {
	switch classOf(o) {
	case "Map", "Set":
		return d.entries(o, limit)
	}
	var names []string
	if d.v.rt.Try(func() { names = o.GetOwnPropertyNames() }) != nil {
		return nil, 0
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "length" && classOf(o) == "Array" })
	out := d.tellings(o)
	told := len(out)
	for _, n := range names {
		if len(out) == limit {
			break
		}
		if m, ok := d.property(o, n); ok {
			out = append(out, m)
		}
	}
	return out, len(names) + told
}

// property reads one property of an object itself without calling a getter.
func (d *debugger) property(o *goja.Object, key string) (member, bool) {
	described, err := d.natives.describe(goja.Undefined(), o, d.v.rt.ToValue(key))
	p, ok := described.(*goja.Object)
	if err != nil || !ok {
		return member{}, false
	}
	return member{name: key, value: p.Get("value")}, true
}

func (d *debugger) entries(o *goja.Object, limit int) ([]member, int) {
	each, isMap := d.natives.eachSet, classOf(o) == "Map"
	if isMap {
		each = d.natives.eachMap
	}
	var out []member
	size := 0
	_, _ = each(o, d.v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		if size++; size > limit {
			return goja.Undefined()
		}
		name := strconv.Itoa(size - 1)
		if isMap {
			name = d.show(c.Argument(1), 1, 5, false).Preview
		}
		out = append(out, member{name: name, value: c.Argument(0), entry: true})
		return goja.Undefined()
	})) // not a Map after all: then it has no entries
	return out, size
}

// shower writes previews.
type shower struct {
	d     *debugger
	items int
	out   strings.Builder
	above []*goja.Object
}

func (s *shower) write(value goja.Value, depth int) {
	o, ok := value.(*goja.Object)
	switch {
	case value == nil:
		s.out.WriteString("undefined")
	case goja.IsString(value):
		s.out.WriteString(strconv.Quote(cut(value.String(), showText)))
	case goja.IsBigInt(value):
		s.out.WriteString(cut(value.String(), showText) + "n")
	case !ok:
		s.out.WriteString(value.String())
	case isProxy(o):
		s.out.WriteString("[Proxy]")
	case o == s.d.v.rt.GlobalObject():
		s.out.WriteString("globalThis")
	case slices.Contains(s.above, o):
		s.out.WriteString("[Circular]")
	default:
		s.above = append(s.above, o)
		s.object(o, depth)
		s.above = s.above[:len(s.above)-1]
	}
}

func (s *shower) object(o *goja.Object, depth int) {
	class := classOf(o)
	switch class {
	case "Function":
		s.out.WriteString("[Function " + s.own(o, "name", "(anonymous)") + "]")
		return
	case "Error":
		s.out.WriteString(s.named(o, "name", "Error") + ": " + s.named(o, "message", ""))
		return
	case "Date", "RegExp", "Symbol":
		s.builtin(o)
		return
	case "Promise":
		s.promise(o, depth)
		return
	}
	open, end := "{", "}"
	if name := s.constructor(o); name != "" && name != "Object" && name != "Array" {
		s.out.WriteString(name + " ")
	}
	if class == "Array" {
		open, end = "[", "]"
	}
	if depth <= 0 || s.out.Len() > showLength {
		s.out.WriteString(open + "…" + end)
		return
	}
	s.out.WriteString(open)
	list, size := s.d.members(o, s.items)
	for i, m := range list {
		if i > 0 {
			s.out.WriteString(", ")
		}
		if s.out.Len() > showLength {
			list = list[:i]
			break
		}
		s.key(m, class)
		if m.value == nil {
			s.out.WriteString("[Getter]")
		} else {
			s.write(m.value, depth-1)
		}
	}
	if size > len(list) {
		s.out.WriteString(", … " + strconv.Itoa(size-len(list)) + " more")
	}
	s.out.WriteString(end)
}

func (s *shower) key(m member, class string) {
	switch {
	case m.entry && class == "Map":
		s.out.WriteString(m.name + " => ")
	case m.entry, class == "Array" && m.name != "" && m.name[0] >= '0' && m.name[0] <= '9':
	case plainKey(m.name):
		s.out.WriteString(m.name + ": ")
	default:
		s.out.WriteString(strconv.Quote(m.name) + ": ")
	}
}

// builtin shows a Date or RegExp as its own unchanged toString would.
func (s *shower) builtin(o *goja.Object) {
	text := ""
	if s.d.guarded(func() error {
		thrown := s.d.v.rt.Try(func() { text = o.String() })
		if thrown != nil {
			text = "[" + o.ClassName() + "]"
		}
		return nil
	}) != nil || text == "" {
		text = "[" + o.ClassName() + "]"
	}
	s.out.WriteString(cut(text, showText))
}

func (s *shower) promise(o *goja.Object, depth int) {
	p, ok := o.Export().(*goja.Promise)
	if !ok {
		s.out.WriteString("Promise")
		return
	}
	switch p.State() {
	case goja.PromiseStatePending:
		s.out.WriteString("Promise {<pending>}")
	case goja.PromiseStateFulfilled:
		s.out.WriteString("Promise {")
		s.write(p.Result(), depth-1)
		s.out.WriteString("}")
	default:
		s.out.WriteString("Promise {<rejected> ")
		s.write(p.Result(), depth-1)
		s.out.WriteString("}")
	}
}

// own is a property of the object itself when it is a string.
func (s *shower) own(o *goja.Object, key, fallback string) string {
	if m, ok := s.d.property(o, key); ok && m.value != nil && goja.IsString(m.value) && m.value.String() != "" {
		return cut(m.value.String(), showText)
	}
	return fallback
}

// named is own, looked for in the prototypes too.
func (s *shower) named(o *goja.Object, key, fallback string) string {
	for range 20 {
		if o == nil || isProxy(o) {
			break
		}
		if text := s.own(o, key, ""); text != "" {
			return text
		}
		o = o.Prototype()
	}
	return fallback
}

// constructor is the name of the class of an object.
func (s *shower) constructor(o *goja.Object) string {
	p := o.Prototype()
	if p == nil || isProxy(p) {
		return ""
	}
	if m, ok := s.d.property(p, "constructor"); ok {
		if c, ok := m.value.(*goja.Object); ok && !isProxy(c) {
			return s.own(c, "name", "")
		}
	}
	return ""
}
