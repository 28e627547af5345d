package runtime

import (
	"math"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// timerModule offers setTimeout, setInterval and their clear functions.
func timerModule() module {
	names := []string{"setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"}
	return module{name: "timers", globals: names, install: func(v *vm) error {
		for i, fn := range []func(goja.FunctionCall) goja.Value{
			func(c goja.FunctionCall) goja.Value { return v.schedule(c, "setTimeout", false) },
			func(c goja.FunctionCall) goja.Value { return v.schedule(c, "setInterval", true) },
			v.immediate, v.unschedule, v.unschedule, v.unschedule,
		} {
			if err := v.export(names[i], v.value(names[i], v.contained(names[i], fn))); err != nil {
				return err
			}
		}
		return nil
	}}
}

// schedule makes a timer. As in Node, the shortest delay is a millisecond.
func (v *vm) schedule(c goja.FunctionCall, name string, repeat bool) goja.Value {
	fn, ok := goja.AssertFunction(c.Argument(0))
	if !ok {
		panic(v.rt.NewTypeError("%s: the first argument must be a function", name))
	}
	var args []goja.Value
	if len(c.Arguments) > 2 {
		args = append(args, c.Arguments[2:]...)
	}
	return v.rt.ToValue(v.setTimer(max(delay(c.Argument(1)), time.Millisecond), repeat, func() { v.invoke(fn, goja.Undefined(), args...) }))
}

// immediate is setImmediate of Node.js: a timer that is due at once.
func (v *vm) immediate(c goja.FunctionCall) goja.Value {
	fn, ok := goja.AssertFunction(c.Argument(0))
	if !ok {
		panic(v.rt.NewTypeError("setImmediate: the first argument must be a function"))
	}
	args := slices.Clone(c.Arguments[1:])
	return v.rt.ToValue(v.setTimer(0, false, func() { v.invoke(fn, goja.Undefined(), args...) }))
}

func (v *vm) unschedule(c goja.FunctionCall) goja.Value {
	if id := c.Argument(0); !goja.IsUndefined(id) && !goja.IsNull(id) {
		v.clearTimer(id.ToInteger())
	}
	return goja.Undefined()
}

// delay reads milliseconds: what is not a positive number is 0, and anything
// longer than a 32-bit count of them is that long.
func delay(value goja.Value) time.Duration {
	ms := value.ToFloat()
	if !(ms > 0) {
		return 0
	}
	return time.Duration(math.Min(ms, math.MaxInt32) * float64(time.Millisecond))
}

// performanceModule offers performance.now and timeOrigin on the run's clock.
func performanceModule() module {
	return module{name: "performance", globals: []string{"performance"}, install: func(v *vm) error {
		p := v.rt.NewObject()
		now := func(goja.FunctionCall) goja.Value { return v.rt.ToValue(v.elapsedMS()) }
		if err := v.put(p, "now", now); err != nil {
			return err
		}
		if err := v.put(p, "timeOrigin", float64(v.clock)/1000); err != nil {
			return err
		}
		return v.export("performance", p)
	}}
}

// elapsedMS is the time since the start of the run on its clock.
func (v *vm) elapsedMS() float64 { return float64(v.now().UnixMicro()-v.clock) / 1000 }
