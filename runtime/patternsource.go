package runtime

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// errPair is a class that the engine would read with one member too few.
var errPair = errors.New("a character beyond U+FFFF, or its two halves, in a class needs the flag u")

// pairInClass is a surrogate pair, as one character or as two escapes, between
// brackets.
var pairInClass = regexp.MustCompile(`\[(?:\\.|[^\]\\])*?(?:[\x{10000}-\x{10ffff}]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})`)

// preparePattern returns the pattern to give to the engine: property classes
// are written out, and patterns that its linear matcher would misread are
// marked for the other one. What neither reads right is an error.
func preparePattern(pattern, flags string) (string, error) {
	if !strings.Contains(flags, "u") && strings.Contains(pattern, "[") && pairInClass.MatchString(withoutEscapes(pattern)) {
		return "", errPair
	}
	expanded, err := expandPattern(pattern, flags)
	if err != nil {
		return "", err
	}
	return choose(expanded, flags), nil
}

// withoutEscapes hides escaped brackets, which open no class.
func withoutEscapes(pattern string) string {
	return strings.NewReplacer(`\\`, "..", `\[`, "..", `\]`, "..").Replace(pattern)
}

var sourceGetter = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:source", `Object.getOwnPropertyDescriptor(RegExp.prototype, 'source').get`, true)
})

// showSource makes source and toString show patterns without the mark.
func (v *vm) showSource() error {
	getter, err := v.rt.RunProgram(sourceGetter())
	if err != nil {
		return fmt.Errorf("find the getter of source: %w", err)
	}
	native, ok := goja.AssertFunction(getter)
	if !ok {
		return errors.New("the getter of source is no function")
	}
	proto, err := v.patched("RegExp.prototype")
	if err != nil {
		return err
	}
	shown := v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		text, err := native(c.This)
		if err != nil {
			panic(err)
		}
		if own, marked := strings.CutPrefix(text.String(), engineMark); marked {
			return v.rt.ToValue(own)
		}
		return text
	})
	if err := proto.DefineAccessorProperty("source", shown, nil, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return fmt.Errorf("replace the getter of source: %w", err)
	}
	text := v.rt.ToValue(func(c goja.FunctionCall) goja.Value { // the engine's own does not ask source
		o := c.This.ToObject(v.rt)
		return v.rt.ToValue("/" + orUndefined(o.Get("source")).String() + "/" + orUndefined(o.Get("flags")).String())
	})
	return proto.DefineDataProperty("toString", text, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}
