package events

import "ratchet"

// The kinds of what a server offers. They carry no data.
const (
	ToolsChanged    = "tools.changed"
	PromptsChanged  = "prompts.changed"
	ResourceUpdated = "resource.updated" // the id is the address of the resource
)

func tools() Noun {
	return Noun{Name: "tools", Doc: "Follow the list of tools.", Kinds: []Kind{
		{Name: ToolsChanged, Doc: "the tools that are offered changed", Changes: Tools},
	}}
}

func prompts() Noun {
	return Noun{Name: "prompts", Doc: "Follow the list of prompts.", Kinds: []Kind{
		{Name: PromptsChanged, Doc: "the prompts that are offered changed", Changes: Prompts},
	}}
}

func resources() Noun {
	return Noun{Name: "resource", Doc: "Follow the resources that change.", Kinds: []Kind{
		{
			Name: ResourceUpdated, Doc: "a resource changed that is no task and no execution", Audience: ofTasks(),
			Touches: func(e ratchet.Event) []string { return []string{e.ID} },
		},
	}}
}
