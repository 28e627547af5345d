package runtime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// ownMark begins the pattern that the engine is given for a regular expression
// of package regex: one that never matches, with the number of the real one.
const ownMark = `\b\B#`

func ownSource(n int) string { return ownMark + strconv.Itoa(n) }

// engineFlags are the flags that the engine knows.
func engineFlags(flags string) string { return strings.NewReplacer("d", "", "v", "").Replace(flags) }

var getters = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:source", `['source', 'flags'].map((name) => Object.getOwnPropertyDescriptor(RegExp.prototype, name).get)`, true)
})

// showSource makes source, flags and toString show patterns as they were written.
func (v *vm) showSource() error {
	list, err := v.rt.RunProgram(getters())
	if err != nil {
		return fmt.Errorf("find the getters of regular expressions: %w", err)
	}
	native, ok := goja.AssertFunction(list.ToObject(v.rt).Get("0"))
	flags, ok2 := goja.AssertFunction(list.ToObject(v.rt).Get("1"))
	if !ok || !ok2 {
		return errors.New("the getters of regular expressions are no functions")
	}
	proto, err := v.patched("RegExp.prototype")
	if err != nil {
		return err
	}
	v.engineSource = native
	for _, g := range []struct {
		name string
		get  func(*goja.Object, *ownPattern) goja.Value
	}{
		{"source", v.shownSource},
		{"flags", func(o *goja.Object, own *ownPattern) goja.Value { return v.shownFlags(flags, o, own) }},
		{"hasIndices", v.shownFlag("d")},
		{"unicodeSets", v.shownFlag("v")},
	} {
		get, err := v.function("get "+g.name, 0, func(c goja.FunctionCall) goja.Value {
			o, ok := c.This.(*goja.Object)
			if !ok {
				panic(v.rt.NewTypeError("RegExp.prototype.%s getter called on a value that is no object", g.name))
			}
			if o == proto && g.name != "flags" && g.name != "source" {
				return goja.Undefined()
			}
			return g.get(o, v.ownOf(o))
		})
		if err != nil {
			return err
		}
		if err := proto.DefineAccessorProperty(g.name, get, nil, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			return fmt.Errorf("replace the getter of %s: %w", g.name, err)
		}
	}
	text, err := v.function("toString", 0, func(c goja.FunctionCall) goja.Value { // the engine's own does not ask source
		o := c.This.ToObject(v.rt)
		return v.rt.ToValue("/" + orUndefined(o.Get("source")).String() + "/" + orUndefined(o.Get("flags")).String())
	})
	if err != nil {
		return err
	}
	return proto.DefineDataProperty("toString", text, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

func (v *vm) shownSource(o *goja.Object, own *ownPattern) goja.Value {
	if own != nil {
		return v.rt.ToValue(escapedSource(own.source))
	}
	text := v.invoke(v.engineSource, o)
	if shown, marked := strings.CutPrefix(text.String(), engineMark); marked {
		return v.rt.ToValue(escapedSource(strings.ReplaceAll(shown, engineSlash, "/")))
	}
	if strings.Contains(text.String(), engineSlash) {
		return v.rt.ToValue(escapedSource(strings.ReplaceAll(text.String(), engineSlash, "/")))
	}
	return text
}

// engineSlash is how the engine shows a slash, whether it needs an escape or not.
const engineSlash = `\u002f`

// shownFlags adds the flags that the engine does not know, in their order.
func (v *vm) shownFlags(native goja.Callable, o *goja.Object, own *ownPattern) goja.Value {
	text := v.invoke(native, o).String()
	if own == nil {
		return v.rt.ToValue(text)
	}
	if strings.Contains(own.flags, "d") {
		text = "d" + text
	}
	if strings.Contains(own.flags, "v") {
		text = strings.TrimSuffix(text, "y") + "v" + strings.Repeat("y", strings.Count(text, "y"))
	}
	return v.rt.ToValue(text)
}

func (v *vm) shownFlag(flag string) func(*goja.Object, *ownPattern) goja.Value {
	return func(o *goja.Object, own *ownPattern) goja.Value {
		if own == nil {
			v.invoke(v.engineSource, o) // throws when it is no regular expression
		}
		return v.rt.ToValue(own != nil && strings.Contains(own.flags, flag))
	}
}

// escapedSource writes a pattern as it may stand between slashes.
func escapedSource(pattern string) string {
	if pattern == "" {
		return "(?:)"
	}
	if !strings.ContainsAny(pattern, "/\n\r\u2028\u2029") {
		return pattern
	}
	var b strings.Builder
	class, escaped := false, false
	for _, r := range pattern {
		switch {
		case r == '/' && !escaped && !class:
			b.WriteByte('\\')
		case strings.ContainsRune("\n\r\u2028\u2029", r):
			if !escaped {
				b.WriteByte('\\')
			}
			b.WriteString(map[rune]string{'\n': "n", '\r': "r", '\u2028': "u2028", '\u2029': "u2029"}[r])
			escaped = false
			continue
		case r == '[' && !escaped:
			class = true
		case r == ']' && !escaped:
			class = false
		}
		b.WriteRune(r)
		escaped = r == '\\' && !escaped
	}
	return b.String()
}

// ownOf is the pattern of package regex that an object stands for; nil = none.
func (v *vm) ownOf(o *goja.Object) *ownPattern {
	if o.ClassName() != "RegExp" || v.engineSource == nil {
		return nil
	}
	text, err := v.engineSource(o)
	if err != nil {
		v.unwind(err)
		return nil
	}
	number, ok := strings.CutPrefix(text.String(), ownMark)
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return nil
	}
	return v.ownAt(n)
}

// ownAt finds a pattern by its number: those of the program come first.
func (v *vm) ownAt(n int) *ownPattern {
	if own := v.prog.patterns; n < len(own) {
		return own[n]
	}
	if n -= len(v.prog.patterns); n >= 0 && n < len(v.made.patterns) {
		return v.made.patterns[n]
	}
	return nil
}
