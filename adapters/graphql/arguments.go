package graphql

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
)

// arguments is the JSON a tool is called with.
func (op *operation) arguments(f *ast.Field, vars map[string]any) (json.RawMessage, error) {
	if op.whole {
		if arg := f.Arguments.ForName("arguments"); arg != nil {
			out, _ := op.args["arguments"].input.encode(nil, arg.Value, vars)
			return out, nil
		}
		return json.RawMessage("{}"), nil
	}
	out := append(make([]byte, 0, 128), '{')
	member := func(key string) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(appendString(out, key), ':')
	}
	for _, s := range op.set {
		member(s.key)
		out = append(out, s.value...)
	}
	for _, arg := range f.Arguments {
		e, ok := op.args[arg.Name]
		if !ok {
			continue // an argument of the list, see page
		}
		mark := len(out)
		member(e.key)
		next, given := e.input.encode(out, arg.Value, vars)
		if out = next; !given {
			out = out[:mark]
		}
	}
	if op.list != nil {
		var err error
		if out, err = op.list.page(out, f, vars); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}
