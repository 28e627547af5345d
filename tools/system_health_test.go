package tools_test

import (
	"context"
	"encoding/json"
	"testing"

	"ratchet/tools"
)

// TestSystemHealth_ofSomeParts: the state is that of the parts that are shown.
func TestSystemHealth_ofSomeParts(t *testing.T) {
	d := &tools.Deps{Health: func(context.Context) tools.Health {
		return tools.Health{Status: tools.Unhealthy, Checks: map[string]tools.HealthCheck{
			"database": {Status: tools.Healthy, Critical: true},
			"workers":  {Status: tools.Unhealthy, Critical: true},
			"disk":     {Status: tools.Unhealthy},
		}}
	}}
	for services, want := range map[string]tools.HealthState{
		`["database"]`: tools.Healthy, `["database","disk"]`: tools.Degraded, `["workers","database"]`: tools.Unhealthy, `[]`: tools.Unhealthy,
	} {
		out, err := tools.Invoke(t.Context(), d, tools.SystemHealth, json.RawMessage(`{"services":`+services+`}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := out.(tools.Health).Status; got != want {
			t.Errorf("%s: %s, want %s", services, got, want)
		}
	}
}
