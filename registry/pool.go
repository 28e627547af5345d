package registry

import (
	"context"

	"ratchet"
)

// Pool is what tools may see and change of the worker processes.
type Pool interface {
	// Workers are the processes at this moment, by ID.
	Workers() []ratchet.Worker
	// Size is how many processes there may be.
	Size() int
	// Resize sets Size. It waits for active runs beyond the new number to end,
	// until ctx is done, and returns the number before.
	Resize(ctx context.Context, workers int) (before int, err error)
}

// HealthState says how well the server or a part of it is.
type HealthState string

// The states of health.
const (
	Healthy   HealthState = "healthy"
	Degraded  HealthState = "degraded"
	Unhealthy HealthState = "unhealthy"
)

// Health is the state of the server and its parts.
type Health struct {
	Status  HealthState            `json:"status" jsonschema:"enum=healthy,enum=degraded,enum=unhealthy" jsonschema_description:"the worst of the critical parts shown"`
	At      string                 `json:"timestamp"`
	Version string                 `json:"version"`
	Uptime  float64                `json:"uptime_seconds"`
	Checks  map[string]HealthCheck `json:"checks" jsonschema_description:"by part: database, workers, disk, queue, mcp"`
}

// Worst is the state of a server with these parts: unhealthy when one without
// which it cannot serve is, degraded when any other is less than healthy.
func Worst(parts map[string]HealthCheck) HealthState {
	worst := Healthy
	for _, p := range parts {
		switch {
		case p.Status == Unhealthy && p.Critical:
			return Unhealthy
		case p.Status != Healthy:
			worst = Degraded
		}
	}
	return worst
}

// HealthCheck is the state of one part.
type HealthCheck struct {
	Status   HealthState `json:"status" jsonschema:"enum=healthy,enum=degraded,enum=unhealthy"`
	Message  string      `json:"message"`
	Duration float64     `json:"duration_ms" jsonschema_description:"time the check took"`
	Critical bool        `json:"critical" jsonschema_description:"the server cannot serve without it"`
}
