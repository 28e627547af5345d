package runtime

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
)

const topLevelAwaitMessage = "top-level await is not available in this form"

func topLevelAwait(err error) bool {
	var e *compileError
	return errors.As(err, &e) && e.message == topLevelAwaitMessage
}

// bundleAwait is bundle for sources that await at the top level: the modules
// become the body of an asynchronous function, and module.exports the promise
// of what they export.
func (src *parsed) bundleAwait(s Source) (code string, sourceMap []byte, err error) {
	code, sourceMap, err = src.bundleAs(s, api.BuildOptions{
		Format: api.FormatESModule, Supported: src.supported(true), Banner: map[string]string{"js": "module.exports = (async () => {"},
	})
	if err != nil {
		return "", nil, err
	}
	src.awaits, src.strict = true, true
	body, list := code, ""
	if m := exportList.FindStringSubmatchIndex(code); m != nil {
		body, list = code[:m[0]], code[m[2]:m[3]]
	}
	return body + src.returnExports(list), sourceMap, nil
}

// exportList is how esbuild ends a module: export { a as b, c };
var exportList = regexp.MustCompile(`(?s)\nexport \{\n(.*?)\n\};\s*$`)

// returnExports ends the function. A source without exports offers its main.
func (src *parsed) returnExports(list string) string {
	var b strings.Builder
	b.WriteString("\nreturn {")
	for _, item := range strings.Split(list, ",\n") {
		local, exported, renamed := strings.Cut(strings.TrimSpace(item), " as ")
		if !renamed {
			exported = local
		}
		if local == "" {
			continue
		}
		src.exports = append(src.exports, strings.Trim(exported, `"`))
		fmt.Fprintf(&b, " get %s() { return %s; },", exported, local)
	}
	for _, name := range []string{"main", "process"} {
		if !slices.Contains(src.exports, name) && regexp.MustCompile(`\b`+name+`\b`).MatchString(src.text) {
			fmt.Fprintf(&b, " %s: typeof %s === 'undefined' ? undefined : %s,", name, name, name)
		}
	}
	b.WriteString(" };\n})();\n")
	return b.String()
}

// errUnsettled says that the top level still waits.
var errUnsettled = errors.New("the top level still waits for something")

// awaitExports waits for the top level and puts what it exports in the place
// of the promise. A check, which has no world, waits for nothing.
func (v *vm) awaitExports() error {
	promise := orUndefined(v.module.Get("exports"))
	if v.checks {
		if err := v.drain(); err != nil {
			return err
		}
		if p, err := v.promiseOf(promise); err == nil && p != nil && p.State() == goja.PromiseStatePending {
			return errUnsettled
		}
	}
	exports, err := v.settled(promise)
	if err != nil {
		return err
	}
	return v.put(v.module, "exports", exports)
}
