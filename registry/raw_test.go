package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"ratchet/registry"

	"ratchet"
)

func TestDefineRaw(t *testing.T) {
	spec := registry.Spec{
		Name: "echo_raw", Foreign: true, Title: "Echo", Doc: "Call this to echo.",
		Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}
	in := json.RawMessage(`{"type":"object","$defs":{"n":{"type":"integer"}},"properties":{"n":{"$ref":"#/$defs/n"},"m":{"type":"integer","default":3}},"additionalProperties":false}`)
	back := func(_ context.Context, _ *registry.Deps, args json.RawMessage) (any, error) { return args, nil }
	tool, err := registry.DefineRaw(spec, in, back)
	if err != nil {
		t.Fatal(err)
	}
	r, err := registry.New(tool)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.List()[0]; string(got.In) != string(in) || got.Out != nil {
		t.Errorf("schemas %s %s", got.In, got.Out)
	}
	out, err := r.List()[0].Call(t.Context(), nil, json.RawMessage(`{"n":"5"}`))
	raw, _ := out.(json.RawMessage)
	if err != nil || string(raw) != `{"m":3,"n":5}` {
		t.Errorf("%s %v", raw, err)
	}
	if _, err := tool.Call(t.Context(), nil, json.RawMessage(`{"x":1}`)); ratchet.CodeOf(err) != ratchet.CodeInvalid {
		t.Errorf("unknown argument: %v", err)
	}
	for _, bad := range []string{`{"type":"object"}`, `{"type":"strin"}`, `[`} {
		if _, err := registry.DefineRaw(spec, json.RawMessage(bad), back); ratchet.CodeOf(err) != ratchet.CodeInvalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestForeignNames(t *testing.T) {
	if _, err := registry.New(echo(registry.Spec{Name: "echo"})); err == nil {
		t.Error("a tool of ours without ratchet_ was taken")
	}
	if _, err := registry.New(echo(registry.Spec{Name: "Echo it", Foreign: true})); err == nil {
		t.Error("a name with a space was taken")
	}
	if _, err := registry.New(echo(registry.Spec{Name: "echo", Foreign: true})); err != nil {
		t.Error(err)
	}
}

func TestAskingForInput(t *testing.T) {
	spec := registry.Spec{
		Name: "ask", Foreign: true, Title: "Ask", Doc: "Call this to ask.",
		Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}
	ask := registry.InputRequired{Requests: map[string]registry.InputRequest{"name": {Elicit: &registry.Elicitation{Message: "Name?"}}}}
	tool := registry.Define(spec, func(context.Context, *registry.Deps, struct{}) (registry.Content, error) {
		return registry.Content{}, ask
	})
	out, err := tool.Call(t.Context(), nil, nil)
	if got, ok := out.(registry.InputRequired); !ok || err != nil || got.Needs() != (registry.Need{Form: true}) {
		t.Errorf("%v %v", out, err)
	}
	err = registry.Require(t.Context(), registry.Need{Form: true, Model: true})
	if lacking, ok := errors.AsType[*registry.Lacking](err); !ok || lacking.Need != (registry.Need{Form: true, Model: true}) {
		t.Errorf("%v", err)
	}
	can := registry.WithClientInput(t.Context(), registry.ClientInput{Form: true, Model: true})
	if err := registry.Require(can, registry.Need{Form: true, Model: true}); err != nil {
		t.Error(err)
	}
}
