package runtime

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
)

// words says a message of the engine in the words of V8. Others are as they are.
func (v *vm) words(message string) string {
	if same, ok := strings.CutPrefix(message, "Cannot read property '"); ok {
		return v.wordsOfRead(same)
	}
	for _, w := range wordings() {
		if m := w.message.FindStringSubmatch(message); m != nil {
			in := v.instruction()
			if text := w.words(v, &in, m); text != "" {
				return text
			}
		}
	}
	return message
}

// wordsOfRead is for a property of nothing; rest is what follows the quote.
func (v *vm) wordsOfRead(rest string) string {
	key, _, _ := strings.Cut(rest, "' of undefined")
	in := v.instruction()
	value := in.below(0)
	if strings.Contains(in.op, "Elem") && !strings.HasSuffix(in.op, "ElemRecv") || in.op == "_getKey" {
		value = in.below(1)
	}
	if key == "Symbol.iterator" || key == "Symbol.asyncIterator" {
		return kindOf(value) + " is not iterable (cannot read property Symbol(" + key + "))"
	}
	return "Cannot read properties of " + nullText(value) + " (reading '" + key + "')"
}

type wording struct {
	message *regexp.Regexp
	words   func(v *vm, in *instruction, m []string) string // empty = as it is
}

func fixed(text string) func(*vm, *instruction, []string) string {
	return func(*vm, *instruction, []string) string { return text }
}

var wordings = sync.OnceValue(func() []wording {
	with := func(pattern string, words func(*vm, *instruction, []string) string) wording {
		return wording{regexp.MustCompile(`^(?:` + pattern + `)$`), words}
	}
	return []wording{
		with(`Object has no member '(.*)'`, func(v *vm, in *instruction, m []string) string { return v.callee(in, m[1]) + " is not a function" }),
		with(`(?s:Value is not an object: (.*)|Value is not callable: (.*))`, wordsOfValue),
		with(`Not a function: .*`, func(v *vm, in *instruction, _ []string) string { return v.callee(in, "") + " is not a function" }),
		with(`Value is not a constructor`, func(v *vm, in *instruction, _ []string) string { return v.constructed(in) }),
		with(`object is not iterable|Cannot convert undefined or null to object|(.*) is not a method`, wordsOfNothing),
		with(`Value is not object coercible`, func(v *vm, in *instruction, _ []string) string { return v.destructured(in) }),
		with(`Cannot access a variable before initialization`, func(v *vm, in *instruction, _ []string) string {
			if name := v.prog.places().names[in.at]; name != "" {
				return "Cannot access '" + name + "' before initialization"
			}
			return ""
		}),
		with(`Cannot assign to read only property '(.*)'|`, wordsOfReadOnly),
		with(`Cannot delete property '(.*)' of .*`, func(_ *vm, in *instruction, m []string) string {
			return "Cannot delete property '" + m[1] + "' of " + shortOf(in.below(0))
		}),
		with(`Class constructor cannot be invoked without 'new'`, func(_ *vm, in *instruction, _ []string) string {
			return "Class constructor " + nameOf(in.below(in.number)) + " cannot be invoked without 'new'"
		}),
		with(`Class extends value is not a constructor or null`, func(_ *vm, in *instruction, _ []string) string {
			return "Class extends value " + shortOf(in.below(0)) + " is not a constructor or null"
		}),
		with(`Must call super constructor in derived class before accessing 'this'`,
			fixed("Must call super constructor in derived class before accessing 'this' or returning from derived constructor")),
		with(`Expecting a function in instanceof check, but got .*`, fixed("Right-hand side of 'instanceof' is not callable")),
		with(`prototype is not an object`, fixed("Function has non-object prototype 'undefined' in instanceof check")),
		with(`(?s:Could not convert .* to primitive)`, fixed("Cannot convert object to primitive value")),
		with(`No initial value`, fixed("Reduce of empty array with no initial value")),
		with(`Invalid count value`, func(_ *vm, in *instruction, _ []string) string {
			return "Invalid count value: " + shortOf(in.argument(0))
		}),
		with(`toFixed\(\) precision must be between 0 and 100`, fixed("toFixed() digits argument must be between 0 and 100")),
		with(`toPrecision\(\) precision must be between 1 and 100`, fixed("toPrecision() argument must be between 1 and 100")),
		with(`Cannot convert ([-\d.e+]+|NaN|-?Infinity) to a BigInt`, func(_ *vm, _ *instruction, m []string) string {
			return "The number " + m[1] + " cannot be converted to a BigInt because it is not an integer"
		}),
		with(`RegExp doesn't have global flag set`, fixed("String.prototype.matchAll called with a non-global RegExp argument")),
		with(`Malformed URI`, fixed("URI malformed")),
		with(`Invalid index (-\d+)`, func(_ *vm, _ *instruction, m []string) string { return "Invalid typed array length: " + m[1] }),
		with(`Index -?\d+ is out of bounds`, fixed("Offset is outside the bounds of the DataView")),
		with(`Byte length of (.*)`, func(_ *vm, _ *instruction, m []string) string { return "byte length of " + m[1] }),
		with(`Constructor Promise requires 'new'`, fixed("Promise constructor cannot be invoked without 'new'")),
	}
})

// callee is what is called, in the source's words.
func (v *vm) callee(in *instruction, member string) string {
	callees := v.prog.places().callees
	if e := cmp.Or(callees[in.at], callees[in.from]); e != nil {
		return rendered(e)
	}
	if member != "" {
		return "(intermediate value)." + member
	}
	return "(intermediate value)"
}

// wordsOfValue is for a value that had to be a function, an object or a constructor.
func wordsOfValue(v *vm, in *instruction, m []string) string {
	text := m[1] + m[2]
	if strings.HasPrefix(text, "[object ") && text != "[object Array]" {
		text = "#<" + strings.TrimSuffix(strings.TrimPrefix(text, "[object "), "]") + ">"
	}
	switch in.op {
	case "call", "_callVariadic", "callEval", "callEvalStrict":
		return v.callee(in, "") + " is not a function"
	case "_new", "_newVariadic", "newArray":
		return v.constructed(in)
	case "_op_instanceof":
		return "Right-hand side of 'instanceof' is not an object"
	case "iterNext":
		return "Iterator result " + text + " is not an object"
	case "_iterate", "_iterateP", "_pushSpread", "_pushArraySpread":
		return "Result of the Symbol.iterator method is not an object"
	case "":
		return wordsOfArgument(in, text)
	}
	return ""
}

// callbacks are the functions of the engine that take one.
var callbacks = strings.Fields("map filter forEach find findIndex findLast findLastIndex some every flatMap reduce reduceRight from sort toSorted then catch finally groupBy replace replaceAll")

func wordsOfArgument(in *instruction, text string) string {
	switch {
	case slices.Contains(callbacks, in.name):
		return text + " is not a function"
	case in.name == "fromEntries":
		return "Iterator value " + text + " is not an entry object"
	case in.name == "defineProperty":
		return "Getter must be a function: " + text
	case in.name == "construct":
		return text + " is not a constructor"
	case in.name == "ownKeys", in.name == "has", in.name == "getPrototypeOf":
		return "Reflect." + in.name + " called on non-object"
	}
	return ""
}

// constructed is for new, which fails for what is no constructor, or inside one
// of the engine's.
func (v *vm) constructed(in *instruction) string {
	class, first := in.below(in.number), in.below(max(in.number-1, 0))
	if in.number == 0 {
		first = goja.Undefined()
	}
	if _, ok := goja.AssertConstructor(class); !ok {
		if e := v.prog.places().made[in.at]; e != nil {
			return rendered(e) + " is not a constructor"
		}
		return "(intermediate value) is not a constructor"
	}
	switch nameOf(class) {
	case "Promise":
		return "Promise resolver " + shortOf(first) + " is not a function"
	case "Map", "WeakMap":
		if o, ok := first.(*goja.Object); ok && o.ClassName() == "Array" {
			return "Iterator value " + shortOf(o.Get("0")) + " is not an entry object"
		}
	case "WeakSet":
		return "Invalid value used in weak set"
	}
	return ""
}

// nameOf is the name of a function of the source or of the engine.
func nameOf(fn goja.Value) string {
	if o, ok := fn.(*goja.Object); ok && o.ClassName() == "Function" {
		return stringProperty(o, "name", "")
	}
	return ""
}

// wordsOfNothing is for null, undefined and other values that are no iterable
// or no object.
func wordsOfNothing(v *vm, in *instruction, _ []string) string {
	value := in.below(0)
	switch {
	case strings.HasPrefix(in.op, "setProp"), strings.HasPrefix(in.op, "getPropRef"):
		if in.op != "getPropRef" && in.op != "getPropRefStrict" {
			value = in.below(1)
		}
		if !nullish(value) {
			return ""
		}
		return "Cannot set properties of " + nullText(value) + " (setting '" + in.text + "')"
	case strings.HasPrefix(in.op, "_setElem"):
		if !nullish(in.below(2)) {
			return ""
		}
		return "Cannot set properties of " + nullText(in.below(2)) + " (setting '" + shortOf(in.below(1)) + "')"
	case in.op == "_iterate", in.op == "_iterateP", in.op == "_pushArraySpread", in.op == "_pushSpread":
		return v.notIterable(in, value)
	case in.op == "_new" && nameOf(in.below(in.number)) != "":
		return kindOf(in.below(in.number-1)) + " is not iterable (cannot read property Symbol(Symbol.iterator))"
	case in.op == "" && in.name == "reduce", in.op == "" && in.name == "map", in.op == "" && in.name == "forEach":
		return shortOf(in.argument(0)) + " is not a function"
	case in.op == "" && in.name == "fromEntries", in.op == "" && in.name == "from":
		return kindOf(in.argument(0)) + " is not iterable (cannot read property Symbol(Symbol.iterator))"
	}
	return ""
}

func (v *vm) notIterable(in *instruction, value goja.Value) string {
	places := v.prog.places()
	source := places.sources[in.at]
	switch {
	case source == nil, in.op == "_iterate" && places.loops[in.at]:
		if in.op == "_iterateP" || in.op == "_pushArraySpread" {
			return shortOf(value) + " is not iterable"
		}
		if source != nil {
			return ".for is not iterable"
		}
		return kindOf(value) + " is not iterable (cannot read property Symbol(Symbol.iterator))"
	case in.op == "_pushSpread" && nullish(value):
		return rendered(source) + " is not iterable (cannot read property " + nullText(value) + ")"
	case in.op == "_pushSpread":
		return "Spread syntax requires ...iterable[Symbol.iterator] to be a function"
	case in.op == "_iterate" && innerArray(places.into[in.at]) && !sameKind(source, value):
		return kindOf(value) + " is not iterable (cannot read property Symbol(Symbol.iterator))"
	}
	return rendered(source) + " is not iterable"
}

// innerArray says whether there is an array pattern inside a pattern.
func innerArray(pattern ast.Node) bool {
	found := false
	walk(pattern, func(n ast.Node) bool {
		if _, ok := n.(*ast.ArrayPattern); ok && n != pattern {
			found = true
		}
		return !found
	})
	return found
}

// sameKind says whether an expression may have had the value.
func sameKind(e ast.Expression, value goja.Value) bool {
	switch e.(type) {
	case *ast.ArrayLiteral, *ast.ObjectLiteral:
		return !nullish(value)
	}
	return true
}

// destructured is for an object pattern on null or undefined.
func (v *vm) destructured(in *instruction) string {
	value, places := in.below(0), v.prog.places()
	pattern, source := places.into[in.at], places.sources[in.at]
	if pattern == nil {
		if key := places.keyAfter(in.at); key != "" {
			return "Cannot read properties of " + nullText(value) + " (reading '" + key + "')"
		}
		return "Cannot destructure '" + nullText(value) + "' as it is " + nullText(value) + "."
	}
	_, whole := pattern.(*ast.ObjectPattern)
	inner := innerPattern(pattern)
	if _, object := in.below(1).(*goja.Object); inner != nil && (!whole || object || source != nil && !sameKind(source, value)) {
		if key, ok := firstKey(inner); ok {
			return "Cannot read properties of " + nullText(value) + " (reading '" + key + "')"
		}
	}
	text := "undefined"
	switch {
	case places.loops[in.at]:
		text = ".for"
	case source != nil:
		text = rendered(source)
	case goja.IsNull(value):
		text = "object null"
	}
	if key, ok := firstKey(pattern); ok {
		return "Cannot destructure property '" + key + "' of '" + text + "' as it is " + nullText(value) + "."
	}
	return "Cannot destructure '" + text + "' as it is " + nullText(value) + "."
}

// wordsOfReadOnly is for a property that cannot be set.
func wordsOfReadOnly(v *vm, in *instruction, m []string) string {
	key, o := m[1], in.below(1)
	switch {
	case strings.HasPrefix(in.op, "_setElem"):
		key, o = shortOf(in.below(1)), in.below(2)
	case !strings.HasPrefix(in.op, "setProp"):
		return ""
	}
	if v.onlyGetter(o, key) {
		return "Cannot set property " + key + " of " + shortOf(o) + " which has only a getter"
	}
	return "Cannot assign to read only property '" + key + "' of object '" + shortOf(o) + "'"
}

// onlyGetter says whether a property is an accessor, where no proxy hides it.
func (v *vm) onlyGetter(value goja.Value, key string) bool {
	if v.property == nil {
		return false
	}
	for o, _ := value.(*goja.Object); o != nil; o = o.Prototype() {
		if _, proxy := o.Export().(goja.Proxy); proxy {
			return false
		}
		p, err := v.property(goja.Undefined(), o, v.rt.ToValue(key))
		if found, ok := p.(*goja.Object); err == nil && ok {
			return found.Get("set") != nil || found.Get("get") != nil
		}
	}
	return false
}
