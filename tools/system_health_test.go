package tools_test

import (
	"context"
	"encoding/json"
	"testing"

	"ratchet/registry"

	"ratchet/tools"
)

// TestSystemHealth_ofSomeParts: the state is that of the parts that are shown.
func TestSystemHealth_ofSomeParts(t *testing.T) {
	d := &registry.Deps{Health: func(context.Context) registry.Health {
		return registry.Health{Status: registry.Unhealthy, Checks: map[string]registry.HealthCheck{
			"database": {Status: registry.Healthy, Critical: true},
			"workers":  {Status: registry.Unhealthy, Critical: true},
			"disk":     {Status: registry.Unhealthy},
		}}
	}}
	for services, want := range map[string]registry.HealthState{
		`["database"]`: registry.Healthy, `["database","disk"]`: registry.Degraded, `["workers","database"]`: registry.Unhealthy, `[]`: registry.Unhealthy,
	} {
		out, err := registry.Invoke(t.Context(), d, tools.SystemHealth, json.RawMessage(`{"services":`+services+`}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := out.(registry.Health).Status; got != want {
			t.Errorf("%s: %s, want %s", services, got, want)
		}
	}
}
