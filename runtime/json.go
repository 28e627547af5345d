package runtime

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// jsonModule replaces JSON.parse.
func jsonModule() module {
	return module{name: "JSON.parse", words: []string{"JSON"}, install: func(v *vm) error {
		object, err := v.patched("JSON")
		if err != nil {
			return err
		}
		native, _ := goja.AssertFunction(object.Get("parse"))
		fn, err := v.function("parse", 2, func(c goja.FunctionCall) goja.Value { return v.parseJSON(native, c) })
		if err != nil {
			return err
		}
		return object.DefineDataProperty("parse", fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}}
}

// function makes a built-in function of the VM.
func (v *vm) function(name string, length int, fn func(goja.FunctionCall) goja.Value) (*goja.Object, error) {
	f := v.value(name, v.contained(name, fn)).ToObject(v.rt)
	return f, f.DefineDataProperty("length", v.rt.ToValue(length), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// toString is the text of a value, as the language converts it.
func (v *vm) toString(value goja.Value) goja.Value {
	if _, symbol := value.(*goja.Symbol); symbol {
		panic(v.rt.NewTypeError("Cannot convert a Symbol value to a string"))
	}
	return value.ToString()
}

func (v *vm) parseJSON(native goja.Callable, c goja.FunctionCall) goja.Value {
	text := v.toString(c.Argument(0))
	value := goja.Value(nil)
	if unusualJSON(text.String()) {
		r := &jsonReader{v: v, text: unitsOf(text)}
		value = r.whole()
	}
	reviver := c.Argument(1)
	if _, ok := goja.AssertFunction(reviver); value == nil || !ok {
		if value != nil {
			return value
		}
		made, err := native(c.This, text, reviver)
		if err != nil {
			v.unwind(err)
			(&jsonReader{v: v, text: unitsOf(text)}).whole() // says where it is wrong
			panic(err)
		}
		return made
	}
	return v.revived(value, reviver)
}

// revived lets a reviver see every value, as JSON.parse does.
func (v *vm) revived(value, reviver goja.Value) goja.Value {
	fn, err := v.rt.RunProgram(reviveProgram())
	if err != nil {
		panic(err)
	}
	revive, _ := goja.AssertFunction(fn)
	return v.invoke(revive, goja.Undefined(), value, reviver)
}

// unitsOf are the UTF-16 code units of a string.
func unitsOf(value goja.Value) []uint16 {
	s, ok := value.ToString().(goja.String)
	if !ok {
		return utf16.Encode([]rune(value.String()))
	}
	out := make([]uint16, s.Length())
	for i := range out {
		out[i] = s.CharAt(i)
	}
	return out
}

// jsonReader reads JSON from code units, so that every string survives.
type jsonReader struct {
	v     *vm
	text  []uint16
	at    int
	depth int
}

func (r *jsonReader) fail(format string, args ...any) {
	panic(r.v.throw("SyntaxError", fmt.Sprintf(format, args...)+fmt.Sprintf(" in JSON at position %d", r.at)))
}

// unexpected is the error for what cannot stand here.
func (r *jsonReader) unexpected() {
	if r.at >= len(r.text) {
		panic(r.v.throw("SyntaxError", "Unexpected end of JSON input"))
	}
	if whole := string(utf16.Decode(r.text)); whole == "undefined" || whole == "[object Object]" {
		panic(r.v.throw("SyntaxError", fmt.Sprintf("%q is not valid JSON", whole)))
	}
	const around = 10
	from, to, before, after := 0, len(r.text), "", ""
	if len(r.text) > 2*around {
		if from = max(0, r.at-around); from > 0 {
			before = "..."
		}
		if to = min(len(r.text), r.at+around); to < len(r.text) {
			after = "..."
		}
	}
	panic(r.v.throw("SyntaxError", fmt.Sprintf(`Unexpected token '%s', %s"%s"%s is not valid JSON`,
		string(utf16.Decode(r.text[r.at:r.at+1])), before, string(utf16.Decode(r.text[from:to])), after)))
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && strings.ContainsRune(" \t\r\n", rune(r.text[r.at])) {
		r.at++
	}
}

func (r *jsonReader) next() uint16 {
	if r.at >= len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *jsonReader) whole() goja.Value {
	r.space()
	value := r.value()
	if r.space(); r.at < len(r.text) {
		panic(r.v.throw("SyntaxError", fmt.Sprintf("Unexpected non-whitespace character after JSON at position %d", r.at)))
	}
	return value
}

func (r *jsonReader) value() goja.Value {
	if r.depth++; r.depth > maxJSONDepth {
		panic(r.v.throw("RangeError", fmt.Sprintf("JSON.parse: the text nests deeper than %d", maxJSONDepth)))
	}
	defer func() { r.depth-- }()
	switch c := r.next(); {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		return goja.StringFromUTF16(r.string())
	case c == '-' || '0' <= c && c <= '9':
		return r.v.rt.ToValue(r.number())
	}
	for word, value := range map[string]goja.Value{"true": r.v.rt.ToValue(true), "false": r.v.rt.ToValue(false), "null": goja.Null()} {
		if r.next() == uint16(word[0]) {
			for i := range len(word) {
				if r.next() != uint16(word[i]) {
					r.unexpected()
				}
				r.at++
			}
			return value
		}
	}
	r.unexpected()
	return nil
}

func (r *jsonReader) object() goja.Value {
	o := r.v.rt.NewObject()
	r.at++
	for first := true; ; first = false {
		r.space()
		if first && r.next() == '}' {
			r.at++
			return o
		}
		if r.next() != '"' {
			if r.at >= len(r.text) || first {
				r.fail("Expected property name or '}'")
			}
			r.fail("Expected double-quoted property name")
		}
		key := goja.StringFromUTF16(r.string())
		if r.space(); r.next() != ':' {
			r.fail("Expected ':' after property name")
		}
		r.at++
		r.space()
		r.set(o, key, r.value())
		r.space()
		switch r.next() {
		case ',':
			r.at++
		case '}':
			r.at++
			return o
		default:
			r.fail("Expected ',' or '}' after property value")
		}
	}
}

// set makes a property. A name that is no text goes through the engine's own code.
func (r *jsonReader) set(o *goja.Object, key goja.String, value goja.Value) {
	name := key.String()
	if strings.ContainsRune(name, utf8.RuneError) {
		fn, err := r.v.rt.RunProgram(defineProgram())
		if err != nil {
			panic(err)
		}
		define, _ := goja.AssertFunction(fn)
		r.v.invoke(define, goja.Undefined(), o, key, value)
		return
	}
	if err := o.DefineDataProperty(name, value, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE); err != nil {
		panic(err)
	}
}

var defineProgram = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:define",
		`(o, key, value) => Reflect.defineProperty(o, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true })`, true)
})

var reviveProgram = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:revive", `(value, reviver) => {
  const { defineProperty, deleteProperty, apply } = Reflect;
  function walk(holder, key) {
    const value = holder[key];
    if (typeof value === 'object' && value !== null) {
      const keys = Array.isArray(value) ? Array.from({ length: value.length }, (_, i) => String(i)) : Object.keys(value);
      for (const k of keys) {
        const made = walk(value, k);
        if (made === undefined) deleteProperty(value, k);
        else defineProperty(value, k, { __proto__: null, value: made, writable: true, enumerable: true, configurable: true });
      }
    }
    return apply(reviver, holder, [key, value]);
  }
  return walk({ '': value }, '');
}`, true)
})

func (r *jsonReader) array() goja.Value {
	var items []any
	r.at++
	for {
		r.space()
		if len(items) == 0 && r.next() == ']' {
			break
		}
		items = append(items, r.value())
		if r.space(); r.next() == ',' {
			r.at++
			continue
		}
		if r.next() != ']' {
			r.fail("Expected ',' or ']' after array element")
		}
		break
	}
	r.at++
	return r.v.rt.NewArray(items...)
}

func (r *jsonReader) string() []uint16 {
	var out []uint16
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return out
		case c < ' ':
			r.fail("Bad control character in string literal")
		case c == '\\':
			r.at++
			out = append(out, r.escape())
		default:
			out = append(out, c)
		}
	}
	r.fail("Unterminated string")
	return nil
}

func (r *jsonReader) escape() uint16 {
	c := r.next()
	if i := strings.IndexRune(`"\/bfnrt`, rune(c)); i >= 0 {
		return uint16("\"\\/\b\f\n\r\t"[i])
	}
	if c == 'u' && r.at+5 <= len(r.text) {
		n, err := strconv.ParseUint(string(utf16.Decode(r.text[r.at+1:r.at+5])), 16, 16)
		if err == nil {
			r.at += 4
			return uint16(n)
		}
		r.fail("Bad Unicode escape")
	}
	r.fail("Bad escaped character")
	return 0
}

func (r *jsonReader) digits() bool {
	from := r.at
	for '0' <= r.next() && r.next() <= '9' {
		r.at++
	}
	return r.at > from
}

func (r *jsonReader) number() float64 {
	from := r.at
	if r.next() == '-' {
		r.at++
	}
	if r.next() == '0' {
		if r.at++; '0' <= r.next() && r.next() <= '9' {
			r.fail("Unexpected number")
		}
	} else if !r.digits() {
		r.fail("No number after minus sign")
	}
	if r.next() == '.' {
		if r.at++; !r.digits() {
			r.fail("Unterminated fractional number")
		}
	}
	if r.next()|0x20 == 'e' {
		if r.at++; r.next() == '+' || r.next() == '-' {
			r.at++
		}
		if !r.digits() {
			r.fail("Exponent part is missing a number")
		}
	}
	n, err := strconv.ParseFloat(string(utf16.Decode(r.text[from:r.at])), 64)
	if err != nil && !math.IsInf(n, 0) && n != 0 {
		r.fail("Unexpected number")
	}
	return n
}
