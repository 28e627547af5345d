package compare

import (
	"encoding/json"
	"maps"
	"slices"

	"ratchet"
)

// Expectation turns an output into what a test expects in the given mode.
func Expectation(match string, output, declared json.RawMessage) (json.RawMessage, error) {
	if len(output) == 0 {
		output = json.RawMessage("null")
	}
	switch match {
	case "", "exact", "subset":
		return output, nil
	case "schema":
		if len(declared) > 0 && string(declared) != "{}" {
			return declared, nil
		}
		value, err := Decode(output)
		if err != nil {
			return nil, err
		}
		return json.Marshal(schemaOf(value))
	case "types":
		value, err := Decode(output)
		if err != nil {
			return nil, err
		}
		return json.Marshal(typesOf(value))
	}
	return nil, ratchet.Errorf(ratchet.CodeInvalid, "match %q is unknown", match).At("/match").
		With(ratchet.FieldAllowed, []string{"exact", "subset", "schema", "types"})
}

// typesOf is a value with the names of types in place of what it holds.
func typesOf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = typesOf(member)
		}
		return out
	case []any:
		if len(v) == 0 {
			return []any{}
		}
		shapes := make([]any, 0, len(v))
		for _, item := range v {
			shapes = append(shapes, typesOf(item))
		}
		return shapes
	default:
		return typeOf(value)
	}
}

// schemaOf is the narrowest plain schema of one value.
func schemaOf(value any) map[string]any {
	switch v := value.(type) {
	case map[string]any:
		properties := make(map[string]any, len(v))
		for key, member := range v {
			properties[key] = schemaOf(member)
		}
		return map[string]any{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(v))}
	case []any:
		if len(v) == 0 {
			return map[string]any{"type": "array"}
		}
		items := make([]any, 0, len(v))
		for _, item := range v {
			items = append(items, schemaOf(item))
		}
		return map[string]any{"type": "array", "items": map[string]any{"anyOf": items}}
	default:
		return map[string]any{"type": typeOf(value)}
	}
}
