package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"ratchet"
)

// outputError is a result that cannot leave the VM.
type outputError struct {
	message string
	hint    string
	limit   bool
}

func (e *outputError) Error() string { return e.message }

func (e *outputError) failure() *ratchet.ExecutionError {
	out := &ratchet.ExecutionError{Code: ratchet.CodeScript, Type: "DataError", Message: e.message, Hint: e.hint}
	if e.limit {
		out.Code, out.Cause = ratchet.CodeLimit, ratchet.CauseOutput
	}
	return out
}

// outputText is the JSON text of the task's result, made inside the VM.
func (v *vm) outputText(result goja.Value) (json.RawMessage, error) {
	if result == nil || goja.IsUndefined(result) || goja.IsNull(result) {
		return json.RawMessage("null"), nil
	}
	text, err := v.stringify(goja.Undefined(), result)
	if err != nil {
		var thrown *goja.Exception
		if errors.As(err, &thrown) {
			if e := v.explainOutput(result); e != nil {
				return nil, e
			}
		}
		return nil, err
	}
	if goja.IsUndefined(text) {
		return json.RawMessage("null"), nil
	}
	out := text.String()
	if len(out) > v.limits.OutputBytes {
		return nil, &outputError{
			message: fmt.Sprintf("the result is %d bytes of JSON, more than the limit of %d", len(out), v.limits.OutputBytes),
			hint:    "Return a summary, or fewer items per run.", limit: true,
		}
	}
	if depth := jsonDepth(out); depth > maxJSONDepth {
		return nil, &outputError{
			message: fmt.Sprintf("the result is nested %d levels deep, more than the limit of %d", depth, maxJSONDepth),
			hint:    "Return a flat list whose items name their parent.", limit: true,
		}
	}
	return json.RawMessage(out), nil
}

// maxJSONDepth is how deep data that leaves the VM may be nested. Readers of
// JSON refuse more, those of the server and those of its callers.
const maxJSONDepth = 1000

// jsonDepth is the deepest nesting of objects and arrays in valid JSON text.
func jsonDepth(text string) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']', c == '}':
			depth--
		}
	}
	return deepest
}

// explainOutput says where in a result the value is that JSON cannot hold; nil
// when it finds none.
func (v *vm) explainOutput(result goja.Value) *outputError {
	var found *outputError
	_ = v.rt.Try(func() { found = findUnwritable(result, "result", nil, 0) })
	return found
}

func findUnwritable(value goja.Value, path string, above []*goja.Object, depth int) *outputError {
	if goja.IsBigInt(value) {
		return &outputError{
			message: "the result holds a BigInt at " + path + ", which JSON cannot express",
			hint:    "Convert it with String(value) or Number(value).",
		}
	}
	o, ok := value.(*goja.Object)
	if !ok || depth > 200 {
		return nil
	}
	for _, a := range above {
		if a == o {
			return &outputError{
				message: "the result refers to itself at " + path + ", which JSON cannot express",
				hint:    "Return a copy of the fields that matter.",
			}
		}
	}
	above = append(above, o)
	array := o.ClassName() == "Array"
	for _, key := range o.Keys() {
		at := path + "." + key
		if array {
			at = path + "[" + key + "]"
		} else if !plainKey(key) {
			at = path + "[" + strconv.Quote(key) + "]"
		}
		if found := findUnwritable(o.Get(key), at, above, depth+1); found != nil {
			return found
		}
	}
	return nil
}

func plainKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '$'
	})
}
