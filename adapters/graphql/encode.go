package graphql

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// encode appends the value of an argument as JSON of the tool. ok is false
// when the value is a variable that was not given.
func (in *input) encode(dst []byte, v *ast.Value, vars map[string]any) (out []byte, ok bool) {
	switch v.Kind {
	case ast.Variable:
		given, has := vars[v.Raw]
		if !has {
			return dst, false
		}
		return in.encodeAny(dst, given), true
	case ast.NullValue:
		return append(dst, "null"...), true
	case ast.ListValue:
		return in.encodeList(dst, v, vars), true
	case ast.ObjectValue:
		return in.encodeObject(dst, v, vars), true
	}
	if in != nil && in.elem != nil { // one value is a list of one
		dst = append(dst, '[')
		dst, _ = in.elem.encode(dst, v, vars)
		return append(dst, ']'), true
	}
	switch v.Kind {
	case ast.IntValue, ast.FloatValue:
		if in != nil && (in.name == "ID" || in.name == "String" || in.name == "DateTime") {
			return appendString(dst, v.Raw), true
		}
		return append(dst, v.Raw...), true // a number in GraphQL is one in JSON
	case ast.BooleanValue:
		return append(dst, v.Raw...), true
	default:
		return appendString(dst, v.Raw), true
	}
}

func (in *input) encodeList(dst []byte, v *ast.Value, vars map[string]any) []byte {
	var elem *input
	if in != nil {
		elem = in.elem
	}
	dst = append(dst, '[')
	for i, child := range v.Children {
		if i > 0 {
			dst = append(dst, ',')
		}
		next, ok := elem.encode(dst, child.Value, vars)
		if dst = next; !ok {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, ']')
}

func (in *input) encodeObject(dst []byte, v *ast.Value, vars map[string]any) []byte {
	if in != nil && in.elem != nil {
		return append(in.elem.encodeObject(append(dst, '['), v, vars), ']')
	}
	dst = append(dst, '{')
	first := true
	for _, child := range v.Children {
		key, sub := in.entry(child.Name)
		mark := len(dst)
		if !first {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, key), ':')
		next, ok := sub.encode(dst, child.Value, vars)
		if !ok {
			dst = next[:mark]
			continue
		}
		dst, first = next, false
	}
	return append(dst, '}')
}

// entry is the tool's key of an input's field. Fields of open objects are
// their own.
func (in *input) entry(name string) (string, *input) {
	if in != nil && in.fields != nil {
		if e, ok := in.fields[name]; ok {
			return e.key, e.input
		}
	}
	return name, nil
}

// encodeAny appends the value of a variable.
func (in *input) encodeAny(dst []byte, v any) []byte {
	v = untyped(v)
	if in != nil && in.elem != nil {
		if _, many := v.([]any); !many && v != nil {
			return append(in.elem.encodeAny(append(dst, '['), v), ']')
		}
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case json.Number:
		if in != nil && (in.name == "ID" || in.name == "String" || in.name == "DateTime") {
			return appendString(dst, v.String())
		}
		return append(dst, v...)
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			var elem *input
			if in != nil {
				elem = in.elem
			}
			dst = elem.encodeAny(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		dst = append(dst, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			key, sub := in.entry(name)
			dst = append(appendString(dst, key), ':')
			dst = sub.encodeAny(dst, v[name])
		}
		return append(dst, '}')
	default:
		raw, err := json.Marshal(v) // what the coercion of variables makes: int64, float64
		if err != nil {
			return append(dst, "null"...)
		}
		if in != nil && in.name == "ID" && len(raw) > 0 && raw[0] != '"' {
			return appendString(dst, string(raw))
		}
		return append(dst, raw...)
	}
}

// untyped is v, a list as []any: the coercion of variables makes a list of one
// value a slice of its type.
func untyped(v any) any {
	list := reflect.ValueOf(v)
	if list.Kind() != reflect.Slice {
		return v
	}
	if _, plain := v.([]any); plain {
		return v
	}
	items := make([]any, list.Len())
	for i := range items {
		items[i] = list.Index(i).Interface()
	}
	return items
}

func appendString(dst []byte, s string) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // cannot happen: every string is JSON
	}
	return append(dst, raw...)
}
