package runtime

import (
	"math/big"
	"reflect"
	"slices"

	"ratchet/runtime/weburl"

	"github.com/dop251/goja"
)

// eventHost serves js/events.js.
func eventHost(v *vm) hostFuncs {
	return hostFuncs{
		"elapsed": func(goja.FunctionCall) goja.Value { return v.rt.ToValue(v.elapsedMS()) },
		// report has the loop report an error that a listener threw.
		"report": func(c goja.FunctionCall) goja.Value {
			thrown := c.Argument(0)
			if v.tooDeep.has(thrown) {
				panic(thrown) // it ends what is around the listener too
			}
			v.setTimer(0, false, func() { panic(thrown) })
			return goja.Undefined()
		},
		"backgroundTimer": func(c goja.FunctionCall) goja.Value {
			fn, _ := goja.AssertFunction(c.Argument(0))
			v.setTimer(delay(c.Argument(1)), false, func() { v.invoke(fn, goja.Undefined()) })
			return goja.Undefined()
		},
	}
}

// urlFuncs serves js/url.js.
func urlFuncs(v *vm) hostFuncs {
	return hostFuncs{
		"usv":      v.usv,
		"urlParse": v.urlParse,
		"urlSet": func(c goja.FunctionCall) goja.Value {
			u, ok := weburl.Parse(c.Argument(0).String(), nil)
			if !ok {
				return goja.Null()
			}
			u.Set(c.Argument(1).String(), c.Argument(2).String())
			return v.strings(u.Parts())
		},
		"formParse": func(c goja.FunctionCall) goja.Value { return v.strings(weburl.ParseForm(c.Argument(0).String())) },
		"formEncode": func(c goja.FunctionCall) goja.Value {
			var list []string
			if err := v.rt.ExportTo(c.Argument(0), &list); err != nil {
				panic(v.rt.NewTypeError("the query pairs are not strings"))
			}
			return v.rt.ToValue(weburl.EncodeForm(list))
		},
	}
}

// usv replaces lone surrogates by U+FFFD.
func (v *vm) usv(c goja.FunctionCall) goja.Value {
	return v.rt.ToValue(c.Argument(0).String())
}

func (v *vm) urlParse(c goja.FunctionCall) goja.Value {
	var base *weburl.URL
	if b := c.Argument(1); !goja.IsUndefined(b) {
		parsed, ok := weburl.Parse(b.String(), nil)
		if !ok {
			return goja.Null()
		}
		base = parsed
	}
	u, ok := weburl.Parse(c.Argument(0).String(), base)
	if !ok {
		return goja.Null()
	}
	return v.strings(u.Parts())
}

func (v *vm) strings(list []string) goja.Value {
	items := make([]any, len(list))
	for i, s := range list {
		items[i] = s
	}
	return v.rt.NewArray(items...)
}

// view returns the bytes of an ArrayBuffer or a view of one, not copied; nil
// for anything else.
func (v *vm) view(value goja.Value) []byte {
	o, ok := value.(*goja.Object)
	if !ok {
		return nil
	}
	if b, ok := o.Export().(goja.ArrayBuffer); ok {
		return b.Bytes()
	}
	var b []byte
	if err := v.rt.ExportTo(o, &b); err != nil {
		return nil
	}
	return b
}

func (v *vm) buffer(b []byte) goja.Value { return v.rt.ToValue(v.rt.NewArrayBuffer(b)) }

// messageHost serves js/messages.js.
func messageHost(v *vm) hostFuncs {
	return hostFuncs{"later": func(c goja.FunctionCall) goja.Value {
		fn, _ := goja.AssertFunction(c.Argument(0))
		v.setTimer(0, false, func() { v.invoke(fn, goja.Undefined()) })
		return goja.Undefined()
	}}
}

// encodingHost serves js/encoding.js.
func encodingHost(v *vm) hostFuncs {
	return hostFuncs{
		"utf8Encode": func(c goja.FunctionCall) goja.Value { return v.buffer([]byte(c.Argument(0).String())) },
		"utf8EncodeInto": func(c goja.FunctionCall) goja.Value {
			dst := v.view(c.Argument(1))
			read, written := 0, 0
			for _, r := range c.Argument(0).String() {
				piece := string(r)
				if written+len(piece) > len(dst) {
					break
				}
				written += copy(dst[written:], piece)
				read++
				if r > 0xFFFF {
					read++
				}
			}
			return v.rt.NewArray(read, written)
		},
		"utf8Decode": func(c goja.FunctionCall) goja.Value {
			text, rest, ok := decodeUTF8(v.view(c.Argument(1)), v.view(c.Argument(0)), c.Argument(2).ToBoolean(), c.Argument(3).ToBoolean())
			if !ok {
				return goja.Null()
			}
			var pending any
			if rest != nil {
				pending = v.rt.NewArrayBuffer(rest)
			}
			return v.rt.NewArray(text, pending)
		},
		"encodingOf": func(c goja.FunctionCall) goja.Value {
			if name, ok := encodingOf(c.Argument(0).String()); ok {
				return v.rt.ToValue(name)
			}
			return goja.Null()
		},
		"legacyDecode": func(c goja.FunctionCall) goja.Value {
			data := slices.Concat(v.view(c.Argument(2)), v.view(c.Argument(1)))
			text, rest, ok := decodeLegacy(c.Argument(0).String(), data, c.Argument(3).ToBoolean(), c.Argument(4).ToBoolean())
			if !ok {
				return goja.Null()
			}
			var pending any
			if len(rest) > 0 {
				pending = v.rt.NewArrayBuffer(rest)
			}
			return v.rt.NewArray(text, pending)
		},
		"atob": v.atob,
		"btoa": v.btoa,
	}
}

// cloneHost serves js/clone.js.
func cloneHost(v *vm) hostFuncs {
	return hostFuncs{
		"brand": func(c goja.FunctionCall) goja.Value { return v.rt.ToValue(brand(c.Argument(0))) },
		"functionText": func(c goja.FunctionCall) goja.Value {
			text := []rune(c.Argument(0).String())
			if len(text) > 200 {
				text = append(text[:200], '…')
			}
			return v.rt.ToValue(string(text))
		},
		"detach": func(c goja.FunctionCall) goja.Value {
			if b, ok := c.Argument(0).Export().(goja.ArrayBuffer); ok {
				b.Detach()
			}
			return goja.Undefined()
		},
	}
}

// brand names the kind of an object by what it is inside; "" = not cloneable.
// It looks at types only: exporting would copy all the object holds.
func brand(value goja.Value) string {
	o, ok := value.(*goja.Object)
	if !ok {
		return ""
	}
	name := o.ClassName()
	switch t := o.ExportType(); {
	case t == reflect.TypeFor[goja.Proxy](), t == reflect.TypeFor[*goja.Promise]():
		return ""
	case t == reflect.TypeFor[goja.ArrayBuffer]():
		return "ArrayBuffer"
	case t == reflect.TypeFor[*big.Int]():
		return "BigInt"
	case name == "Object" && t == reflect.TypeFor[[][2]any]():
		return "Map"
	case name == "Object" && t == reflect.TypeFor[[]any]():
		return "Set"
	}
	switch name {
	case "Array", "Date", "RegExp", "Boolean", "Number", "String", "Error", "Object":
		return name
	default:
		return ""
	}
}
