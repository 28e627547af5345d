package runtime

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"

	"github.com/dop251/goja"
)

//go:embed js/*.js
var webSources embed.FS

// hostFuncs are the Go functions a script of ours gets as the members of its
// argument host.
type hostFuncs map[string]func(goja.FunctionCall) goja.Value

// webModules lists the web APIs and what the engine lacks of the language.
func webModules() []module {
	dynamic := []string{"eval(", "Function("} // code made at run time is not searched for words
	words := func(list ...string) []string { return append(list, dynamic...) }
	return []module{
		script("events", eventHost, nil, "DOMException", "Event", "EventTarget", "AbortSignal", "AbortController"),
		script("url", urlFuncs, nil, "URL", "URLSearchParams"),
		script("encoding", encodingHost, nil, "TextEncoder", "TextDecoder", "atob", "btoa"),
		script("crypto", cryptoHost, nil, "crypto", "Crypto", "CryptoKey", "SubtleCrypto"),
		script("clone", cloneHost, nil, "structuredClone"),
		script("fetch", fetchHost, nil, "fetch", "Headers", "Request", "Response", "ensureOk"),
		timerModule(),
		performanceModule(),
		script("symbols", nil, words("asyncIterator", "ispose")),
		script("polyfill", nil, words("groupBy", "withResolvers", ".try", "'try'", `"try"`, "fromAsync",
			"WellFormed", "captureStackTrace", "RegExp", ".escape")),
		script("iterator", nil, words(".values()", ".keys()", ".entries()", "yield", "matchAll(", "terator"), "Iterator"),
		script("regexp", regexpHost, words("RegExp", ".constructor")),
		script("locale", localeHost, words("toLocale", "localeCompare")),
	}
}

// script is a module written in js/NAME.js: a function of (host, need) that
// returns its globals. It is compiled once per process.
func script(name string, host func(*vm) hostFuncs, words []string, globals ...string) module {
	program := sync.OnceValue(func() *goja.Program {
		text, err := webSources.ReadFile("js/" + name + ".js")
		if err != nil {
			panic(err) // the file is part of the binary
		}
		return goja.MustCompile("ratchet:"+name, string(text), false)
	})
	return module{name: name, globals: globals, words: words, install: func(v *vm) error {
		return v.installScript(program(), host, globals)
	}}
}

func (v *vm) installScript(program *goja.Program, host func(*vm) hostFuncs, globals []string) error {
	made, err := v.rt.RunProgram(program)
	if err != nil {
		return err
	}
	call, ok := goja.AssertFunction(made)
	if !ok {
		return fmt.Errorf("the script is not a function")
	}
	members := v.rt.NewObject()
	if host != nil {
		for name, fn := range host(v) {
			if err := members.Set(name, fn); err != nil {
				return err
			}
		}
	}
	if host != nil && v.job != nil {
		if err := members.Set("throwOnError", v.job.ThrowOnError); err != nil {
			return err
		}
	}
	result, err := call(goja.Undefined(), members, v.rt.ToValue(v.need))
	if err != nil {
		return err
	}
	for _, name := range globals {
		if err := v.export(name, result.ToObject(v.rt).Get(name)); err != nil {
			return err
		}
	}
	return nil
}

// export makes value a global and remembers it for the other modules.
func (v *vm) export(name string, value goja.Value) error {
	if v.web == nil {
		v.web = map[string]goja.Value{}
	}
	v.web[name] = value
	return v.define(name, value)
}

// need gives a script of ours a global of another module or an error class,
// whatever the task has made of the global of that name.
func (v *vm) need(call goja.FunctionCall) goja.Value {
	value, err := v.builtin(call.Argument(0).String())
	if err != nil {
		panic(v.rt.NewGoError(err))
	}
	return value
}

// builtin returns what this package made for a global's name, installing it if
// need be.
func (v *vm) builtin(name string) (goja.Value, error) {
	if value, ok := v.web[name]; ok {
		return value, nil
	}
	if i, ok := theModules().globals[name]; ok {
		if err := v.installModule(i); err != nil {
			return nil, err
		}
		if value, ok := v.web[name]; ok {
			return value, nil
		}
	}
	return v.class(name)
}

// webHash identifies the built-in JavaScript on a tape.
var webHash = sync.OnceValue(func() string {
	sum := sha256.New()
	_ = fs.WalkDir(webSources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := webSources.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))
})
