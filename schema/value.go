package schema

import (
	"encoding/json"
	"fmt"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// Camel returns a JSON value of the type with the names of declared fields in
// camelCase. Everything else in it stays, in the same order. It is for examples
// and documentation.
func (t *Type) Camel(value json.RawMessage) (json.RawMessage, error) {
	switch {
	case t == nil || t.Own || len(value) == 0:
		return value, nil
	case value[0] == '[' && t.Items != nil:
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		for i := range list {
			var err error
			if list[i], err = t.Items.Camel(list[i]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	case value[0] == '{':
		return t.camelObject(value)
	}
	return value, nil
}

func (t *Type) camelObject(value json.RawMessage) (json.RawMessage, error) {
	old, out := orderedmap.New[string, json.RawMessage](), orderedmap.New[string, json.RawMessage]()
	if err := json.Unmarshal(value, old); err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	for pair := old.Oldest(); pair != nil; pair = pair.Next() {
		name, below := pair.Key, t.Rest
		if f := t.Field(name); f != nil {
			name, below = f.Camel, f.Type
		}
		member, err := below.Camel(pair.Value)
		if err != nil {
			return nil, err
		}
		out.Set(name, member)
	}
	return json.Marshal(out)
}
