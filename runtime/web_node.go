package runtime

import (
	"crypto/pbkdf2"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// nodeModules are those modules of Node.js that need nothing of a machine. An
// import of one becomes a read of the hidden global of its name.
func nodeModules() []module {
	return []module{
		script("node_crypto", nodeCryptoHost, "node:crypto"),
		script("node_util", utilHost, "node:util"),
		script("node_path", nil, "node:path"),
		script("node_events", nil, "node:events"),
		script("node_assert", nil, "node:assert"),
		script("node_small", nil, "node:querystring", "node:url", "node:timers", "node:timers/promises", "node:string_decoder", "node:os",
			"node:buffer", "node:process", "node:perf_hooks"),
	}
}

// nodeModule is the text of the module that stands for an import of Node's;
// ok = false: there is none of the name.
func nodeModule(name string) (text string, ok bool) {
	name = "node:" + strings.TrimPrefix(name, "node:")
	part := ""
	switch name {
	case "node:path/posix":
		name = "node:path"
	case "node:assert/strict":
		name, part = "node:assert", ".strict"
	case "node:util/types":
		name, part = "node:util", ".types"
	}
	if _, ok = theModules().globals[name]; !ok {
		return "", false
	}
	return "module.exports = globalThis[" + strconv.Quote(name) + "]" + part, true
}

// requires finds require of a name that is written out.
var requires = regexp.MustCompile(`\brequire\(\s*['"]([\w:/]+)['"]\s*\)`)

// requiresNode says whether a script requires a module of Node.js, so that it
// is to be bundled.
func requiresNode(code string) bool {
	if !strings.Contains(code, "require") {
		return false
	}
	for _, m := range requires.FindAllStringSubmatch(code, -1) {
		name := strings.TrimPrefix(m[1], "node:")
		_, there := nodeModule(name)
		if _, refused := machineModules()[name]; there || refused {
			return true
		}
	}
	return false
}

// nodeNames are the modules of Node.js that tasks can import.
func nodeNames() []string {
	var names []string
	for name := range theModules().globals {
		if strings.HasPrefix(name, "node:") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// machineModules are modules of Node.js that need what a task does not have,
// with the reason.
func machineModules() map[string]string {
	const (
		files   = "a task has no file system: put data into the task's files and import them, or return it"
		network = "a task reaches the network by fetch alone"
		process = "a task starts no processes and threads"
	)
	return map[string]string{
		"fs": files, "fs/promises": files, "readline": files, "tty": files,
		"net": network, "http": network, "https": network, "http2": network, "tls": network, "dgram": network, "dns": network, "dns/promises": network,
		"child_process": process, "worker_threads": process, "cluster": process, "vm": process, "module": process, "async_hooks": process,
	}
}

// globalModule is the name that Node.js gives the global object.
func globalModule() module {
	return module{name: "global", globals: []string{"global"}, install: func(v *vm) error {
		return v.export("global", v.rt.GlobalObject())
	}}
}

func nodeCryptoHost(v *vm) hostFuncs {
	return hostFuncs{
		"digest": cryptoHost(v)["digest"],
		"hmac":   cryptoHost(v)["hmac"],
		"equal":  cryptoHost(v)["equal"],
		"pbkdf2": func(c goja.FunctionCall) goja.Value {
			length := int(c.Argument(3).ToInteger())
			key, err := pbkdf2.Key(newHash(c.Argument(4).String()), string(v.view(c.Argument(0))), v.view(c.Argument(1)), int(c.Argument(2).ToInteger()), length)
			if err != nil {
				panic(v.throw("RangeError", "pbkdf2: "+err.Error()))
			}
			return v.buffer(key)
		},
	}
}

func utilHost(v *vm) hostFuncs {
	return hostFuncs{
		"inspect": func(c goja.FunctionCall) goja.Value { return v.rt.ToValue(v.inspect(c.Argument(0))) },
		"format":  func(c goja.FunctionCall) goja.Value { return v.rt.ToValue(v.format(c.Arguments)) },
	}
}

// processHost serves js/process.js.
func processHost(v *vm) hostFuncs {
	told := false
	return hostFuncs{
		"elapsed": func(goja.FunctionCall) goja.Value { return v.rt.ToValue(v.elapsedMS()) },
		"environment": func(c goja.FunctionCall) goja.Value {
			if !told {
				told = true
				v.advise(fmt.Sprintf("process.env is empty, so process.env.%s is undefined: secrets are in context.secrets, with their names in metadata.secrets; other settings belong into the input", c.Argument(0)))
			}
			return goja.Undefined()
		},
	}
}

// blobHost serves js/blob.js. A boundary is the same in a replay.
func blobHost(v *vm) hostFuncs {
	host := hostFuncs{
		"boundary": func(goja.FunctionCall) goja.Value {
			var b [12]byte
			fill(v.random(), b[:])
			return v.rt.ToValue(fmt.Sprintf("%x", b))
		},
	}
	for _, name := range []string{"utf8Encode", "utf8Decode"} {
		host[name] = encodingHost(v)[name]
	}
	return host
}
