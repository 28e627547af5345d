package policy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// metadataKind is what one key of metadata has to be.
type metadataKind struct {
	path   string
	fits   func(any) bool
	wanted string
}

func metadataKinds() []metadataKind {
	const hosts = `a list of host names, such as ["api.example.com"]`
	const bool = "true or false"
	return []metadataKind{
		{"timeout", isSeconds, "a number of seconds, such as 30"},
		{"memory_limit", isAny, ""},
		{"cpu_limit", isAny, ""},
		{"concurrency", isNumber, "a whole number of runs at once, such as 2"},
		{"concurrency_key", isText, "a JSON pointer into the input, such as /user"},
		{"http", isObject, `an object, such as {"allow_hosts": ["api.example.com"]}`},
		{"http.allow_hosts", isTexts, hosts},
		{"http.deny_hosts", isTexts, hosts},
		{"http.throw_on_error", isBool, bool},
		{"http.timeout", isSeconds, "a number of seconds, such as 30"},
		{"http.max_response_bytes", isNumber, "a whole number of bytes, such as 1000000"},
		{"effects", isObject, `an object, such as {"repeat_unknown": true}`},
		{"effects.repeat_unknown", isBool, bool},
		{"secrets", isTexts, `a list of names of secrets, such as ["API_KEY"]; the operator sets their values`},
		{"deprecated", isBool, bool},
		{"deprecation_message", isText, "text"},
		{"readonly", isBool, bool},
		{"system_task", isBool, bool},
	}
}

// MetadataKeys are the keys of metadata that have an effect, by the object they
// stand in; that of metadata itself is empty.
func MetadataKeys() map[string][]string {
	keys := map[string][]string{}
	for _, k := range metadataKinds() {
		part, key, nested := strings.Cut(k.path, ".")
		if !nested {
			part, key = "", k.path
		}
		keys[part] = append(keys[part], key)
	}
	return keys
}

// wrongKind finds the first key of metadata that is of the wrong kind.
func wrongKind(raw json.RawMessage) (pointer, message string) {
	var given map[string]any
	if json.Unmarshal(raw, &given) != nil {
		return "", "metadata is not a JSON object"
	}
	for _, k := range metadataKinds() {
		value := any(given)
		for key := range strings.SplitSeq(k.path, ".") {
			object, _ := value.(map[string]any)
			value = member(object, key)
		}
		if value != nil && !k.fits(value) {
			return "/" + strings.ReplaceAll(k.path, ".", "/"), fmt.Sprintf("metadata.%s must be %s; it is %s", k.path, k.wanted, kindOf(value))
		}
	}
	return "", "metadata cannot be read"
}

// member reads a key as JSON is read into the fields: in any case.
func member(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	for k, v := range object {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return nil
}

func isAny(any) bool      { return true }
func isNumber(v any) bool { _, ok := v.(float64); return ok }
func isText(v any) bool   { _, ok := v.(string); return ok }
func isBool(v any) bool   { _, ok := v.(bool); return ok }
func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

// isSeconds takes a number that is written as text too, as json.Number does.
func isSeconds(v any) bool {
	text, ok := v.(string)
	if !ok {
		return isNumber(v)
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

func isTexts(v any) bool {
	list, ok := v.([]any)
	for _, item := range list {
		ok = ok && isText(item)
	}
	return ok
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case float64:
		return fmt.Sprintf("%v", v)
	case []any:
		for _, item := range v {
			if !isText(item) {
				return "a list with " + kindOf(item) + " in it"
			}
		}
		return "a list"
	case map[string]any:
		return "an object"
	default:
		return "null"
	}
}
