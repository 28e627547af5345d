package tools

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
)

// SystemHealthIn are the arguments of ratchet_system_health.
type SystemHealthIn struct {
	Detailed bool     `json:"detailed,omitempty" jsonschema:"default=true" jsonschema_description:"show the parts too"`
	Services []string `json:"services,omitempty" jsonschema_description:"only these parts, e.g. database"`
}

// SystemHealth says how well the server is.
var SystemHealth = registry.Define(registry.Spec{
	Name: "ratchet_system_health", Title: "System health", Toolset: "admin", Category: "monitoring",
	Doc: "Call this when something seems wrong with the server itself: it checks the database, the workers, the disk, the queue and MCP now. " +
		"Next: ratchet_list_workers when workers are the trouble.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Reads,
	Routes: []registry.Route{{Field: "health"}},
	Examples: []registry.Example{
		{Title: "Everything", Args: json.RawMessage(`{}`)},
		{Title: "The database alone", Args: json.RawMessage(`{"services":["database"]}`)},
	},
}, systemHealth)

func systemHealth(ctx context.Context, d *registry.Deps, in SystemHealthIn) (registry.Health, error) {
	if d.Health == nil {
		return registry.Health{}, ratchet.Errorf(ratchet.CodeUnavailable, "this process is no server").
			WithHint("call the tool on a running server")
	}
	h := d.Health(ctx)
	for _, name := range in.Services {
		if _, ok := h.Checks[name]; !ok {
			known := slices.Sorted(maps.Keys(h.Checks))
			return registry.Health{}, ratchet.Errorf(ratchet.CodeInvalid, "there is no part %q", name).At("/services").
				With(ratchet.FieldAllowed, known).WithHint("the parts are %s", strings.Join(known, ", "))
		}
	}
	if len(in.Services) > 0 {
		maps.DeleteFunc(h.Checks, func(name string, _ registry.HealthCheck) bool { return !slices.Contains(in.Services, name) })
		h.Status = registry.Worst(h.Checks)
	}
	if !in.Detailed {
		h.Checks = map[string]registry.HealthCheck{}
	}
	return h, nil
}
