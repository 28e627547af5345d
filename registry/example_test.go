package registry_test

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/registry"
)

type greetIn struct {
	Name string `json:"name" jsonschema:"minLength=1"`
}

type greetOut struct {
	Greeting string `json:"greeting"`
}

// A tool is a spec, two types and a handler. Its arguments are checked before the
// handler sees them.
func ExampleDefine() {
	greet := registry.Define(registry.Spec{
		Name: "ratchet_greet", Title: "Greet", Doc: "Call this to greet a person.", Toolset: "core", Category: "discovery",
		Effect:   registry.Reads,
		Examples: []registry.Example{{Title: "by name", Args: json.RawMessage(`{"name": "Ada"}`)}},
	}, func(_ context.Context, _ *registry.Deps, in greetIn) (greetOut, error) {
		return greetOut{Greeting: "Hello, " + in.Name}, nil
	})
	all, err := registry.New(greet)
	if err != nil {
		fmt.Println(err)
		return
	}
	tool, _ := all.Lookup("ratchet.greet") // the dotted form is another name
	out, err := tool.Call(context.Background(), &registry.Deps{}, json.RawMessage(`{"name": "Ada"}`))
	fmt.Println(out, err)
	_, err = tool.Call(context.Background(), &registry.Deps{}, json.RawMessage(`{"nmae": "Ada"}`))
	fmt.Println(err)
	// Output:
	// {Hello, Ada} <nil>
	// invalid: argument nmae is not known; did you mean "name"?
}
