package runtime

import "github.com/dop251/goja"

// descriptors makes the accessors that stand for patches invisible to code
// that asks for property descriptors: before it is answered, the properties of
// the object become what their scripts make.
func descriptors() module {
	return module{name: "property descriptors", words: []string{"PropertyDescriptor", "__lookup", "eval", "Function"}, install: func(v *vm) error {
		v.pending = map[*goja.Object][]string{}
		for object, names := range map[string][]string{
			"Object": {"getOwnPropertyDescriptor", "getOwnPropertyDescriptors"}, "Reflect": {"getOwnPropertyDescriptor"},
		} {
			o, err := v.patched(object)
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := v.settling(o, name); err != nil {
					return err
				}
			}
		}
		return nil
	}}
}

// settling makes a function of a built-in settle its first argument first.
func (v *vm) settling(o *goja.Object, name string) error {
	native, _ := goja.AssertFunction(o.Get(name))
	length := int(o.Get(name).ToObject(v.rt).Get("length").ToInteger())
	fn, err := v.function(name, length, func(c goja.FunctionCall) goja.Value {
		if target, ok := c.Argument(0).(*goja.Object); ok {
			names := v.pending[target]
			delete(v.pending, target)
			for _, n := range names {
				target.Get(n)
			}
		}
		return v.invoke(native, c.This, c.Arguments...)
	})
	if err != nil {
		return err
	}
	return o.DefineDataProperty(name, fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// functionClasses gives the constructors of asynchronous functions and of
// generators the prototype that they have in the standard.
func functionClasses() module {
	return module{name: "function classes", words: []string{"constructor", "getPrototypeOf", "__proto__"}, install: func(v *vm) error {
		fn, err := v.patched("Function")
		if err != nil {
			return err
		}
		for _, code := range []string{"(async function () {})", "(function* () {})"} {
			value, err := v.rt.RunString(code)
			if err != nil {
				return err
			}
			class, ok := value.ToObject(v.rt).Prototype().Get("constructor").(*goja.Object)
			if !ok {
				continue
			}
			if err := class.SetPrototype(fn); err != nil {
				return err
			}
		}
		return nil
	}}
}
