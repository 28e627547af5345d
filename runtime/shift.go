package runtime

import (
	"reflect"
	"slices"
	"unsafe"

	"github.com/dop251/goja"
)

// The engine moves all elements of an array at its first shift, and reads and
// writes them one by one at every further one, as it does for each unshift. An
// array of which nothing is special is the part of a slice here: what is taken
// off at its front stays as room to put something there again.

// plainArray are the fields of an array of the engine.
type plainArray struct {
	values   *[]goja.Value
	length   *uint32
	elements *int
}

// plainArrayOf finds the fields of an array without holes and accessors; false = it is
// something else, or the engine keeps arrays otherwise.
func plainArrayOf(value goja.Value) (a plainArray, ok bool) {
	o, ok := value.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		return a, false
	}
	self := reflect.ValueOf(o)
	values, length, elements := fieldOf(self, "self", "values"), fieldOf(self, "self", "length"), fieldOf(self, "self", "objCount")
	special, writable, extensible := fieldOf(self, "self", "propValueCount"), fieldOf(self, "self", "lengthProp", "writable"), fieldOf(self, "self", "extensible")
	for field, kind := range map[*reflect.Value]reflect.Kind{&values: reflect.Slice, &length: reflect.Uint32, &elements: reflect.Int, &special: reflect.Int, &writable: reflect.Bool, &extensible: reflect.Bool} {
		if !field.IsValid() || field.Kind() != kind {
			return a, false
		}
	}
	if values.Type() != reflect.TypeFor[[]goja.Value]() || special.Int() != 0 || !writable.Bool() || !extensible.Bool() {
		return a, false
	}
	a = plainArray{(*[]goja.Value)(unsafe.Pointer(values.UnsafeAddr())), (*uint32)(unsafe.Pointer(length.UnsafeAddr())), (*int)(unsafe.Pointer(elements.UnsafeAddr()))}
	return a, int(*a.length) == len(*a.values) && *a.elements == len(*a.values)
}

func (a plainArray) set(values []goja.Value) {
	*a.values = values
	*a.length, *a.elements = uint32(len(values)), len(values) //nolint:gosec // what an array can hold
}

// fronts are the arrays that something was put in front of last, with their room.
type fronts struct {
	room [4][]goja.Value // what lies before the elements
	next int
}

// before is the room that lies before the elements, as far as it is known.
func (f *fronts) before(values []goja.Value) int {
	for i, room := range f.room {
		if len(room) > 0 && len(values) > 0 && unsafe.Add(unsafe.Pointer(unsafe.SliceData(room)), len(room)*int(unsafe.Sizeof(room[0]))) == unsafe.Pointer(unsafe.SliceData(values)) {
			return i
		}
	}
	return -1
}

// put puts values in front of others.
func (f *fronts) put(front, values []goja.Value) []goja.Value {
	slot := f.before(values)
	if slot < 0 || len(f.room[slot]) < len(front) {
		if slot < 0 {
			f.next = (f.next + 1) % len(f.room)
			slot = f.next
		}
		free := len(values) + len(front)
		whole := make([]goja.Value, free+len(values), free+2*len(values)) // room at the end too: push must not move it again
		copy(whole[free:], values)
		f.room[slot], values = whole[:free], whole[free:]
	}
	room := f.room[slot]
	at := len(room) - len(front)
	copy(room[at:], front)
	f.room[slot] = room[:at]
	return unsafe.Slice(unsafe.SliceData(room[at:]), len(front)+cap(values))[:len(front)+len(values)]
}

// arrayEnds are shift and unshift, and in programs that use one of them pop: the engine's
// own leaves the count of elements as it was, so that the array is not plain any more.
func arrayEnds() []module {
	ends := []string{"shift", "unshift"}
	method := func(name string, length int, own func(*vm, plainArray, []goja.Value) goja.Value) module {
		return module{name: "Array.prototype." + name, words: ends, reach: anywhere, install: func(v *vm) error {
			o, err := v.patched("Array.prototype")
			if err != nil {
				return err
			}
			native, _ := goja.AssertFunction(o.Get(name))
			fn, err := v.function(name, length, func(c goja.FunctionCall) goja.Value {
				if a, ok := plainArrayOf(c.This); ok && len(*a.values) > 0 {
					return own(v, a, c.Arguments)
				}
				result, err := native(c.This, c.Arguments...)
				if err != nil {
					panic(err)
				}
				return result
			})
			if err != nil {
				return err
			}
			return o.DefineDataProperty(name, fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		}}
	}
	return []module{
		method("shift", 0, func(v *vm, a plainArray, _ []goja.Value) goja.Value {
			values := *a.values
			first := values[0]
			values[0] = nil
			if slot := v.front.before(values); slot >= 0 {
				room := &v.front.room[slot]
				*room = (*room)[:len(*room)+1]
			}
			a.set(values[1:])
			return first
		}),
		method("pop", 0, func(_ *vm, a plainArray, _ []goja.Value) goja.Value {
			values := *a.values
			last := values[len(values)-1]
			values[len(values)-1] = nil
			a.set(values[:len(values)-1])
			return last
		}),
		method("unshift", 1, func(v *vm, a plainArray, args []goja.Value) goja.Value {
			if len(args) > 0 {
				a.set(v.front.put(slices.Clone(args), *a.values))
			}
			return v.rt.ToValue(len(*a.values))
		}),
	}
}
