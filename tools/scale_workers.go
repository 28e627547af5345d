package tools

import (
	"context"
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
)

// ScaleWorkersIn are the arguments of ratchet_scale_workers.
type ScaleWorkersIn struct {
	Count    int     `json:"worker_count" jsonschema:"minimum=1,maximum=1024" jsonschema_description:"processes there may be"`
	Strategy string  `json:"strategy,omitempty" jsonschema:"enum=gradual,enum=immediate,default=gradual" jsonschema_description:"gradual waits for active runs beyond the number to end; immediate answers at once, and they end all the same"`
	Wait     float64 `json:"wait,omitempty" jsonschema:"minimum=0,maximum=25,default=25" jsonschema_description:"seconds to wait with strategy gradual"`
}

// ScaleWorkersOut is the result of ratchet_scale_workers.
type ScaleWorkersOut struct {
	Before  int `json:"before" jsonschema_description:"processes there might be before"`
	After   int `json:"after" jsonschema_description:"processes there may be now"`
	Running int `json:"running" jsonschema_description:"processes at this moment; more than after while active runs end"`
}

// ScaleWorkers changes how many worker processes there may be.
var ScaleWorkers = registry.Define(registry.Spec{
	Name: "ratchet_scale_workers", Title: "Scale workers", Toolset: "admin", Category: "monitoring",
	Audit: "config_changed",
	Doc: "Call this when runs wait for workers, or to free memory: it sets how many worker processes there may be, until the server restarts. " +
		"No run is ended by it. Next: ratchet_list_workers.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Writes, Idempotent: true,
	Routes:   []registry.Route{{Method: "POST", Path: "/workers/scale", Field: "scaleWorkers"}},
	Examples: []registry.Example{{Title: "At most four workers", Args: json.RawMessage(`{"worker_count":4}`)}},
}, scaleWorkers)

func scaleWorkers(ctx context.Context, d *registry.Deps, in ScaleWorkersIn) (ScaleWorkersOut, error) {
	if d.Pool == nil {
		return ScaleWorkersOut{}, noPool()
	}
	wait := time.Duration(in.Wait * float64(time.Second))
	if in.Strategy == "immediate" {
		wait = 0
	}
	patient, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	before, err := d.Pool.Resize(patient, in.Count)
	if err != nil {
		return ScaleWorkersOut{}, err
	}
	return ScaleWorkersOut{Before: before, After: d.Pool.Size(), Running: len(d.Pool.Workers())}, nil
}
