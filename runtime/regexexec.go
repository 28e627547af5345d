package runtime

import (
	"reflect"
	"strings"

	"github.com/dop251/goja"
)

// madePatterns are the regular expressions that a run made, by their text.
type madePatterns struct {
	patterns []*ownPattern
	byText   map[string]madePattern
	methods  map[int][2]*goja.Object // exec and test, by number
	text     goja.Value              // searched last
	units    []uint16
}

type madePattern struct {
	prepared
	number int // -1 = the engine matches it
}

// maxMade bounds the patterns remembered by their text.
const maxMade = 1000

// makePattern prepares a pattern that the task makes at run time.
func (v *vm) makePattern(pattern, flags string) (madePattern, error) {
	key := flags + "/" + pattern
	if p, ok := v.made.byText[key]; ok {
		return p, nil
	}
	p, err := preparePattern(pattern, flags)
	if err != nil {
		return madePattern{}, err
	}
	made := madePattern{p, -1}
	if p.own != nil {
		made.number = len(v.prog.patterns) + len(v.made.patterns)
		made.pattern = ownSource(made.number)
		v.made.patterns = append(v.made.patterns, p.own)
	}
	if len(v.made.byText) < maxMade {
		if v.made.byText == nil {
			v.made.byText = map[string]madePattern{}
		}
		v.made.byText[key] = made
	}
	return made, nil
}

// regExpLiteral is what a literal becomes: the engine's object, which stands
// for the pattern with the given number.
func (v *vm) regExpLiteral(c goja.FunctionCall) goja.Value {
	o := c.Argument(1).ToObject(v.rt)
	v.ownMethods(o, int(c.Argument(0).ToInteger()))
	return o
}

// ownMethods gives an object the methods that match with package regex. As
// properties of its own they also turn off the engine's short cuts.
func (v *vm) ownMethods(o *goja.Object, n int) {
	methods, ok := v.made.methods[n]
	if !ok {
		own := v.ownAt(n)
		exec, err := v.function("exec", 1, func(c goja.FunctionCall) goja.Value { return v.execOwn(own, c) })
		if err != nil {
			panic(err)
		}
		test, err := v.function("test", 1, func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(!goja.IsNull(v.execOwn(own, c)))
		})
		if err != nil {
			panic(err)
		}
		if v.made.methods == nil {
			v.made.methods = map[int][2]*goja.Object{}
		}
		methods = [2]*goja.Object{exec, test}
		v.made.methods[n] = methods
	}
	for i, name := range []string{"exec", "test"} {
		if err := o.DefineDataProperty(name, methods[i], goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			panic(err)
		}
	}
}

// stopMatch unwinds a match when the run must end.
type stopMatch struct{}

// execOwn is RegExp.prototype.exec of a pattern of package regex.
func (v *vm) execOwn(own *ownPattern, c goja.FunctionCall) goja.Value {
	o, ok := c.This.(*goja.Object)
	if !ok {
		panic(v.rt.NewTypeError("RegExp.prototype.exec called on a value that is no object"))
	}
	text := v.toString(c.Argument(0))
	units := v.searched(text)
	moving := strings.ContainsAny(own.flags, "gy")
	from := int64(0)
	if at := orUndefined(o.Get("lastIndex")).ToInteger(); moving {
		from = max(at, 0)
	}
	var found []int
	if from <= int64(len(units)) {
		found = v.match(own, units, int(from))
	}
	if found == nil {
		if moving {
			v.setLastIndex(o, 0)
		}
		return goja.Null()
	}
	if moving {
		v.setLastIndex(o, found[1])
	}
	return v.matchResult(own, text, units, found)
}

func (v *vm) setLastIndex(o *goja.Object, at int) {
	if err := o.Set("lastIndex", at); err != nil {
		panic(err)
	}
}

func (v *vm) match(own *ownPattern, units []uint16, from int) (found []int) {
	defer func() {
		if r := recover(); r != nil {
			if _, stop := r.(stopMatch); !stop {
				panic(r)
			}
			found = nil // the engine sees the interrupt next
		}
	}()
	found, ok := own.program.Match(units, from, func() {
		if v.ctx.Err() != nil {
			panic(stopMatch{})
		}
	})
	if !ok {
		panic(v.throw("RangeError", "the regular expression tries too many ways to match this text: write it so that fewer parts of it can match the same text"))
	}
	return found
}

func (v *vm) matchResult(own *ownPattern, text goja.Value, units []uint16, found []int) goja.Value {
	groups, indices := []any{}, []any{}
	for g := range own.program.Groups {
		from, to := found[2*g], found[2*g+1]
		if from < 0 || to < 0 {
			groups, indices = append(groups, goja.Undefined()), append(indices, goja.Undefined())
			continue
		}
		groups, indices = append(groups, goja.StringFromUTF16(units[from:to])), append(indices, v.rt.NewArray(from, to))
	}
	result := v.rt.NewArray(groups...)
	v.mustPut(result, "index", v.rt.ToValue(found[0]))
	v.mustPut(result, "input", text)
	v.mustPut(result, "groups", v.named(own, groups))
	if strings.Contains(own.flags, "d") {
		list := v.rt.NewArray(indices...)
		v.mustPut(list, "groups", v.named(own, indices))
		v.mustPut(result, "indices", list)
	}
	return result
}

func (v *vm) mustPut(o *goja.Object, name string, value goja.Value) {
	if err := v.put(o, name, value); err != nil {
		panic(err)
	}
}

// named is the object of named groups; undefined when there are none.
func (v *vm) named(own *ownPattern, values []any) goja.Value {
	var o *goja.Object
	for g, name := range own.program.Names {
		if name == "" {
			continue
		}
		if o == nil {
			o = v.rt.CreateObject(nil)
		}
		v.mustPut(o, name, v.rt.ToValue(values[g]))
	}
	if o == nil {
		return goja.Undefined()
	}
	return o
}

// searched are the code units of a text, kept while it is searched again.
func (v *vm) searched(text goja.Value) []uint16 {
	if v.made.text == nil || !sameString(v.made.text, text) {
		v.made.text, v.made.units = text, unitsOf(text)
	}
	return v.made.units
}

// sameString says that two values are certainly the same text, without looking at
// more than where it lies.
func sameString(a, b goja.Value) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Type() != y.Type() {
		return false
	}
	switch x.Kind() {
	case reflect.Slice:
		return x.Pointer() == y.Pointer() && x.Len() == y.Len()
	case reflect.String:
		return x.Len() == y.Len() && x.String() == y.String()
	case reflect.Pointer:
		return x.Pointer() == y.Pointer()
	default:
		return false
	}
}
