package runtime

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
)

// resizableHost serves js/resizable.js. The engine's views have a length that
// does not change, so it is set from here; where it has no such field a view
// cannot be had.
func resizableHost(v *vm) hostFuncs {
	return hostFuncs{"show": func(c goja.FunctionCall) goja.Value {
		n := int(c.Argument(1).ToInteger())
		for _, name := range []string{"length", "byteLen"} {
			if field := fieldOf(reflect.ValueOf(c.Argument(0)), "self", name); field.IsValid() && field.Kind() == reflect.Int {
				*(*int)(unsafe.Pointer(field.UnsafeAddr())) = n
				return goja.Undefined()
			}
		}
		panic(v.throw("TypeError", "a view of a resizable ArrayBuffer is not available"))
	}}
}
