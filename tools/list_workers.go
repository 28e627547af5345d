package tools

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"ratchet/registry"

	"ratchet"
)

// ListWorkersIn are the arguments of ratchet_list_workers.
type ListWorkersIn struct {
	ID     string `json:"worker_id,omitempty" jsonschema_description:"only this worker"`
	Status string `json:"status,omitempty" jsonschema:"enum=ready,enum=busy" jsonschema_description:"only workers in this state"`
}

// WorkerItem is one worker process.
type WorkerItem struct {
	ID        string  `json:"id"`
	PID       int     `json:"pid"`
	Status    string  `json:"status"`
	StartedAt string  `json:"started_at"`
	Executed  int64   `json:"tasks_executed"`
	MemoryMB  float64 `json:"memory_mb" jsonschema_description:"resident memory"`

	LastActivity *string `json:"last_activity" jsonschema:"nullable" jsonschema_description:"when its last run began or ended"`
	Failed       int64   `json:"tasks_failed"`
	CPUPercent   float64 `json:"cpu_percent" jsonschema_description:"of one core, since it started"`
	Isolation    string  `json:"isolation" jsonschema_description:"what keeps task code in"`
}

// ListWorkersOut is the result of ratchet_list_workers.
type ListWorkersOut struct {
	Workers []WorkerItem `json:"workers"`
	Size    int          `json:"size" jsonschema_description:"processes there may be"`
	Ready   int          `json:"ready"`
	Busy    int          `json:"busy"`
}

// ListWorkers shows the worker processes.
var ListWorkers = registry.Define(registry.Spec{
	Name: "ratchet_list_workers", Title: "List workers", Toolset: "admin", Category: "monitoring",
	Doc: "Call this to see the worker processes that run task code: their state, age, runs and memory. " +
		"Next: ratchet_scale_workers when runs wait for one.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Reads,
	Routes: []registry.Route{
		{Method: "GET", Path: "/workers", Field: "workers"},
		{Method: "GET", Path: "/workers/stats", Field: "workerStats", Doc: "Numbers of workers by state"},
		{Method: "GET", Path: "/workers/{worker_id}", Field: "worker", One: true, Doc: "One worker"},
	},
	Examples: []registry.Example{{Title: "All workers", Args: json.RawMessage(`{}`)}},
}, listWorkers)

func listWorkers(_ context.Context, d *registry.Deps, in ListWorkersIn) (ListWorkersOut, error) {
	if d.Pool == nil {
		return ListWorkersOut{}, noPool()
	}
	out := ListWorkersOut{Workers: []WorkerItem{}, Size: d.Pool.Size()}
	for _, w := range d.Pool.Workers() {
		switch w.State {
		case "ready":
			out.Ready++
		case "busy":
			out.Busy++
		}
		id := strconv.FormatInt(w.ID, 10)
		if (in.ID != "" && in.ID != id) || (in.Status != "" && in.Status != w.State) {
			continue
		}
		out.Workers = append(out.Workers, WorkerItem{
			ID: id, PID: w.PID, Status: w.State, StartedAt: registry.Stamp(w.Started), Executed: w.Runs,
			MemoryMB: float64(w.Memory*10/(1<<20)) / 10, LastActivity: stampOrNull(w.Active), Failed: w.Failed,
			CPUPercent: math.Round(1000*w.CPU.Seconds()/max(time.Since(w.Started).Seconds(), 0.001)) / 10, Isolation: w.Isolation,
		})
	}
	if in.ID != "" && len(out.Workers) == 0 {
		return out, ratchet.Errorf(ratchet.CodeNotFound, "there is no worker %s", in.ID).At("/worker_id").
			WithHint("workers come and go; ratchet_list_workers without arguments lists those there are")
	}
	return out, nil
}

func noPool() error {
	return ratchet.Errorf(ratchet.CodeUnavailable, "this process has no worker pool").
		WithHint("call the tool on a running server")
}
