package runtime

import (
	"fmt"
	"sync"

	"github.com/dop251/goja"
)

// errorClass is one of the error classes a task sees as globals.
type errorClass struct {
	name      string
	message   string // default
	retryable bool
}

func errorClasses() []errorClass {
	return []errorClass{
		{"AuthenticationError", "authentication failed", false},
		{"AuthorizationError", "not authorized", false},
		{"NetworkError", "the network request failed", true},
		{"HttpError", "the server answered with an error status", false},
		{"ValidationError", "invalid value", false},
		{"ConfigurationError", "invalid configuration", false},
		{"RateLimitError", "rate limit exceeded", true},
		{"ServiceUnavailableError", "the service is unavailable", true},
		{"TimeoutError", "the operation timed out", true},
		{"DataError", "invalid data", false},
		{"EffectUnknownError", "the outcome of the request is unknown", false},
	}
}

// errorClassSource makes one class. HttpError takes (status, message, options),
// the others (message, options); options are cause, status, response,
// retryable and retryAfter.
const errorClassSource = `(function (name, fallback, retryable) {
	const assign = (error, options) => {
		if (options === null || typeof options !== 'object') return;
		for (const key of ['cause', 'status', 'response', 'retryable', 'retryAfter']) {
			if (key in options) {
				Object.defineProperty(error, key, {__proto__: null, value: options[key], writable: true, configurable: true, enumerable: false});
			}
		}
	};
	const text = (message) => message === undefined ? fallback : String(message);
	const made = name === 'HttpError' ? {
		[name]: class extends Error {
			constructor(status, message, options) {
				super(message === undefined && status !== undefined ? fallback + ' ' + status : text(message));
				assign(this, {status, retryable: status === 429 || status >= 500});
				assign(this, options);
			}
		},
	}[name] : {
		[name]: class extends Error {
			constructor(message, options) {
				super(text(message));
				assign(this, options);
			}
		},
	}[name];
	Object.defineProperty(made.prototype, 'name', {__proto__: null, value: name, writable: true, configurable: true, enumerable: false});
	Object.defineProperty(made.prototype, 'retryable', {__proto__: null, value: retryable, writable: true, configurable: true, enumerable: false});
	return made;
})`

var errorClassProgram = sync.OnceValue(func() *goja.Program {
	return goja.MustCompile("ratchet:errors", errorClassSource, true)
})

// errorModules make each class a global of its own, so that a run pays for
// those it names only.
func errorModules() []module {
	var list []module
	for _, c := range errorClasses() {
		list = append(list, module{name: c.name, globals: []string{c.name}, install: func(v *vm) error {
			class, err := v.class(c.name)
			if err != nil {
				return err
			}
			return v.define(c.name, class)
		}})
	}
	return list
}

// class returns the constructor of one of our error classes, whatever the task
// has done to the global of that name.
func (v *vm) class(name string) (*goja.Object, error) {
	if c, ok := v.classes[name]; ok {
		return c, nil
	}
	made, err := v.rt.RunProgram(errorClassProgram())
	if err != nil {
		return nil, fmt.Errorf("run the error classes: %w", err)
	}
	make, _ := goja.AssertFunction(made)
	for _, c := range errorClasses() {
		if c.name != name {
			continue
		}
		class, err := make(goja.Undefined(), v.rt.ToValue(c.name), v.rt.ToValue(c.message), v.rt.ToValue(c.retryable))
		if err != nil {
			return nil, fmt.Errorf("make class %s: %w", name, err)
		}
		if v.classes == nil {
			v.classes = map[string]*goja.Object{}
		}
		v.classes[name] = class.ToObject(v.rt)
		return v.classes[name], nil
	}
	return nil, fmt.Errorf("no error class %s", name)
}

// throw makes an instance of one of our error classes, or of a built-in one
// such as TypeError. Panic with it to throw it from Go, or reject with it.
// options become cause, status, response, retryable and retryAfter.
func (v *vm) throw(class, message string, options ...map[string]any) *goja.Object {
	c, err := v.class(class)
	if err != nil {
		builtin, ok := v.global(class).(*goja.Object)
		if !ok {
			return v.rt.NewTypeError("%s: %s", class, message)
		}
		c = builtin
	}
	var args []goja.Value
	if class == "HttpError" {
		args = append(args, goja.Undefined())
	}
	args = append(args, v.rt.ToValue(message))
	if len(options) > 0 {
		o := v.rt.NewObject()
		for key, value := range options[0] {
			_ = v.put(o, key, value) // a fresh object refuses nothing
		}
		args = append(args, o)
	}
	instance, err := v.rt.New(c, args...)
	if err != nil {
		return v.spoiled(err)
	}
	return instance
}
