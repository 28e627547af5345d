package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// EndpointReference documents every tool this server offers.
var EndpointReference = registry.Define(registry.Spec{
	Name: "ratchet_get_developer_endpoint_reference", Title: "Endpoint reference", Toolset: "core", Category: "documentation",
	Doc:      "Call this to look up all arguments of a tool, rare ones too. Pass its name as section.",
	Effect:   registry.Reads,
	Examples: []registry.Example{{Title: "The reference of one tool", Args: json.RawMessage(`{"section":"ratchet_get_developer_endpoint_reference"}`)}},
}, func(_ context.Context, d *registry.Deps, in GuideIn) (registry.Markdown, error) {
	var sections []section
	for _, t := range d.Tools.List() {
		sections = append(sections, toolSection(t))
	}
	want := in.Section
	if t, ok := d.Tools.Lookup(want); ok {
		want = t.Name
	}
	return render(d, "endpoint-reference", "Endpoint reference", sections, want)
})
