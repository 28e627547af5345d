package runtime

import (
	"regexp"
	"slices"

	"github.com/dop251/goja"
)

// constructsByTrap finds programs whose proxies may have the trap construct. The
// engine gives it arguments that the next call overwrites.
var constructsByTrap = regexp.MustCompile(`(?s)\bProxy\b.*\bconstruct\b|\bconstruct\b.*\bProxy\b`)

// construct is new, with arguments of its own.
func (v *vm) construct(c goja.FunctionCall) goja.Value {
	made, err := v.rt.New(c.Argument(0), slices.Clone(c.Arguments[1:])...)
	if err != nil {
		panic(err)
	}
	return made
}
