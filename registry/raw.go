package registry

import (
	"context"
	"encoding/json"

	"ratchet"
	"ratchet/schema"
)

// DefineRaw makes a tool whose argument schema is known as data only. The
// schema has to be an object without additional properties, of draft-07 or 2020-12; it is offered as it
// is written. The handler gets arguments that fit it, defaults filled in. What
// it returns is Content, Markdown or anything that marshals to JSON.
func DefineRaw(spec Spec, in json.RawMessage, handler func(context.Context, *Deps, json.RawMessage) (any, error)) (Tool, error) {
	compiled, err := schema.Compile(in)
	if err != nil {
		return Tool{}, err
	}
	if compiled.Open() {
		return Tool{}, ratchet.Errorf(ratchet.CodeInvalid, "the schema of %s accepts unknown arguments", spec.Name).
			WithHint("add additionalProperties: false")
	}
	described, err := schema.ParseType(in)
	if err != nil {
		return Tool{}, err
	}
	defaults := defaultsOf(described)
	t := Tool{Spec: spec, shape: &shape{
		in:       func() json.RawMessage { return in },
		out:      func() json.RawMessage { return nil },
		args:     func() *schema.Type { return described },
		result:   func() *schema.Type { return nil },
		compiled: func() *schema.Schema { return compiled },
		defaults: func() json.RawMessage { return defaults },
	}}
	t.call = func(ctx context.Context, d *Deps, t Tool, args json.RawMessage) (any, json.RawMessage, error) {
		args, err := t.accept(ctx, args)
		if err != nil {
			return nil, nil, err
		}
		if args, err = withDefaults(defaults, args); err != nil {
			return nil, nil, err
		}
		out, err := handler(ctx, d, args)
		return out, args, err
	}
	return t, nil
}

// withDefaults adds the defaults of the arguments that were left out.
func withDefaults(defaults, args json.RawMessage) (json.RawMessage, error) {
	if defaults == nil {
		return args, nil
	}
	merged := map[string]json.RawMessage{}
	for _, raw := range []json.RawMessage{defaults, args} {
		if err := json.Unmarshal(raw, &merged); err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "the arguments cannot be read").Wrap(err)
		}
	}
	return json.Marshal(merged)
}
