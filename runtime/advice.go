package runtime

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"ratchet"
)

// LoggerAdvice is the logger of lines about what a task most likely did not
// mean, although it did not fail. A replay does not compare them.
const LoggerAdvice = "advice"

// Bounds of what is looked at in a result, and said of it.
const (
	adviceValues = 5000
	adviceLines  = 5
)

// advise adds a line of advice to the log, unless the log is full: it takes no
// place from the lines of the task.
func (v *vm) advise(text string) {
	if !v.logs.full() {
		v.log("warn", LoggerAdvice, text, nil, nil, nil)
	}
}

// adviseOnResult says what JSON does not keep of the result. It reads data
// only: no getter and no other code of the task runs.
func (v *vm) adviseOnResult(result goja.Value) {
	l := losses{v: v, left: adviceValues, path: []string{"result"}}
	if v.rt.Try(func() { l.look(result) }) != nil {
		return // what cannot be read is not advised on
	}
	for i, found := range l.found {
		if i == adviceLines {
			v.advise(fmt.Sprintf("the result holds %d more kinds of values that JSON does not keep", len(l.found)-i))
			return
		}
		v.advise(found.text())
	}
}

// loss is one kind of value that JSON does not keep.
type loss struct {
	what   string // e.g. a Map
	kept   string // what JSON makes of it
	remedy string
	path   string // of the first
	more   int    // further ones
}

func (l *loss) text() string {
	where := "holds " + l.what + " at " + l.path
	if l.path == "result" {
		where = "is " + l.what
	}
	if l.more > 0 {
		where += fmt.Sprintf(" and %d more", l.more)
	}
	return "the result " + where + ", which JSON " + l.kept + "; " + l.remedy
}

// losses looks for what JSON does not keep.
type losses struct {
	v     *vm
	left  int // values that are still looked at
	path  []string
	array bool // what is looked at lies in an array
	found []*loss
	at    map[string]*loss // by what
}

func (l *losses) add(what, kept, remedy string) {
	if known := l.at[what]; known != nil {
		known.more++
		return
	}
	found := &loss{what: what, kept: kept, remedy: remedy, path: strings.Join(l.path, "")}
	if l.at == nil {
		l.at = map[string]*loss{} // most results lose nothing
	}
	l.at[what] = found
	l.found = append(l.found, found)
}

func (l *losses) look(value goja.Value) {
	if l.left--; l.left < 0 {
		return
	}
	if o, ok := value.(*goja.Object); ok {
		l.object(o)
		return
	}
	if _, symbol := value.(*goja.Symbol); symbol {
		l.add("a symbol", l.without(), "return its description")
		return
	}
	switch {
	case value == nil || goja.IsUndefined(value):
		if l.array {
			l.add("undefined", "turns into null", "leave the item out, or return null if that is meant")
		}
	case goja.IsNumber(value):
		if f := value.ToFloat(); math.IsNaN(f) || math.IsInf(f, 0) {
			l.add(value.String(), "turns into null", "check the calculation, or return null or a text if it is meant")
		}
	}
}

// without is what JSON does with a value it has no word for.
func (l *losses) without() string {
	if l.array || len(l.path) == 1 {
		return "turns into null"
	}
	return "leaves out"
}

func (l *losses) object(o *goja.Object) {
	if isProxy(o) {
		return
	}
	class := classOf(o)
	switch {
	case class == "Function":
		l.add("a function", l.without(), "call it and return what it gives")
	case class == "Date":
		if o.Export() == nil {
			l.add("an invalid Date", "turns into null", "check the text it was made from")
		}
	case convertsItself(o), class == "Number", class == "String", class == "Boolean":
	case o.ClassName() == "Array":
		l.items(o)
	case class == "Array":
		l.add("a "+l.name(o), "turns into an object with a key per element", "use Array.from(value), or btoa for bytes as base64")
	default:
		l.members(o, class)
	}
}

// convertsItself says that an object tells JSON what to keep.
func convertsItself(o *goja.Object) bool {
	_, ok := goja.AssertFunction(o.Get("toJSON"))
	return ok
}

func (l *losses) items(o *goja.Object) {
	n := o.Get("length").ToInteger()
	for i := int64(0); i < n && l.left > 0; i++ {
		index := strconv.FormatInt(i, 10)
		l.within("["+index+"]", true, o.Get(index))
	}
}

func (l *losses) within(step string, array bool, value goja.Value) {
	was := l.array
	l.path, l.array = append(l.path, step), array
	l.look(value)
	l.path, l.array = l.path[:len(l.path)-1], was
}

func (l *losses) members(o *goja.Object, class string) {
	for _, name := range []string{"Response", "Request"} { // they have members, which are not what counts
		if made, ok := l.v.web[name].(*goja.Object); ok && o.Prototype() == l.value(made, "prototype") {
			l.add("a "+name, "keeps little of", "return await value.json() or value.text(), with the status or url where needed")
			return
		}
	}
	keys := o.Keys()
	if class == "Error" && !slices.Contains(keys, "message") {
		l.add("an Error", "keeps no message of", "return its message")
		return
	}
	if len(keys) == 0 {
		if name := l.name(o); name != "" && name != "Object" {
			l.add(ratchet.Article(name), "turns into {}", remedyOf(name))
		}
		return
	}
	for _, key := range keys {
		if l.left <= 0 {
			return
		}
		value := l.value(o, key)
		if value == nil {
			continue // a getter
		}
		step := "." + key
		if !plainKey(key) {
			step = "[" + strconv.Quote(key) + "]"
		}
		l.within(step, false, value)
	}
}

// value is a property of an object; nil for a getter and for none.
func (l *losses) value(o *goja.Object, key string) goja.Value {
	if l.v.property == nil {
		return o.Get(key) // the program has no getters
	}
	described, err := l.v.property(goja.Undefined(), o, l.v.rt.ToValue(key))
	how, ok := described.(*goja.Object)
	if err != nil || !ok {
		return nil
	}
	return how.Get("value")
}

// name is what the class of an object is called; empty when it has none.
func (l *losses) name(o *goja.Object) string {
	p := o.Prototype()
	if p == nil || isProxy(p) || p == l.v.rt.NewObject().Prototype() {
		return ""
	}
	if maker, ok := l.value(p, "constructor").(*goja.Object); ok {
		if name := l.value(maker, "name"); name != nil && goja.IsString(name) && name.String() != "" && maker.ClassName() == "Function" {
			return name.String()
		}
	}
	if tag := o.GetSymbol(goja.SymToStringTag); tag != nil && goja.IsString(tag) {
		return tag.String()
	}
	return ""
}

// remedyOf says what to return in place of an object of which JSON keeps nothing.
func remedyOf(class string) string {
	switch class {
	case "Map", "URLSearchParams", "Headers":
		return "use Object.fromEntries(value)"
	case "Set":
		return "use [...set]"
	case "Promise":
		return "await it, with Promise.all for a list"
	case "RegExp":
		return "return its source"
	case "ArrayBuffer":
		return "use Array.from(new Uint8Array(buffer))"
	}
	if strings.HasSuffix(class, "Iterator") || strings.HasSuffix(class, "Generator") {
		return "use [...value]"
	}
	return "return an object of the fields that matter"
}
