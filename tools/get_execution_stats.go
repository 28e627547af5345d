package tools

import (
	"context"
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/storage"
)

// ExecutionStatsIn are the arguments of ratchet_get_execution_stats.
type ExecutionStatsIn struct {
	TaskID  string `json:"task_id,omitempty" jsonschema_description:"name, UUID or number; all tasks when absent"`
	Since   string `json:"since,omitempty" jsonschema_description:"RFC 3339; queued at or after"`
	Until   string `json:"until,omitempty" jsonschema_description:"RFC 3339; queued at or before"`
	Origin  string `json:"origin,omitempty" jsonschema:"enum=test,enum=all" jsonschema_description:"test = test runs alone, all = they too; without it all but test runs"`
	GroupBy string `json:"group_by,omitempty" jsonschema:"enum=status,enum=task,enum=hour,enum=day"`
}

// StatsView are counts and durations of executions.
type StatsView struct {
	Total             int64            `json:"total"`
	ByStatus          map[string]int64 `json:"by_status"`
	SuccessRate       *float64         `json:"success_rate" jsonschema:"nullable" jsonschema_description:"completed of those that ended, 0 to 1; null when none ended"`
	AverageDurationMS *float64         `json:"average_duration_ms" jsonschema:"nullable"`
	P50MS             *float64         `json:"p50_ms" jsonschema:"nullable" jsonschema_description:"percentiles are within 12 %, mostly within 3 %"`
	P95MS             *float64         `json:"p95_ms" jsonschema:"nullable"`
	P99MS             *float64         `json:"p99_ms" jsonschema:"nullable"`
}

// StatsGroup is one group of them.
type StatsGroup struct {
	Key      string `json:"key" jsonschema_description:"the status, the UUID of the task, or when the hour or day begins"`
	TaskName string `json:"task_name,omitempty"`
	StatsView
}

// ExecutionStatsOut is the result of ratchet_get_execution_stats.
type ExecutionStatsOut struct {
	StatsView
	Last24h int64        `json:"last_24h" jsonschema_description:"queued in the last 24 hours"`
	GroupBy string       `json:"group_by,omitempty"`
	Groups  []StatsGroup `json:"groups" jsonschema_description:"at most 1000; the newest hours and days"`
}

// ExecutionStats counts executions.
var ExecutionStats = registry.Define(registry.Spec{
	Name: "ratchet_get_execution_stats", Title: "Get execution statistics", Toolset: "control", Category: "monitoring",
	Doc: "Call this to see how executions go: counts by status, success rate and durations (mean, p50, p95, p99), of all tasks or one, " +
		"in groups by status, task, hour or day. Runs of tests are left out unless origin asks for them. Next: ratchet_list_executions for the executions behind a number.",
	Effect: registry.Reads,
	Routes: []registry.Route{
		{Method: "GET", Path: "/executions/stats", Field: "executionStats"},
		{Method: "GET", Path: "/tasks/stats", Field: "taskStats", Set: json.RawMessage(`{"group_by":"task"}`), Doc: "How the executions of each task go"},
	},
	Examples: []registry.Example{{Title: "How each task goes", Setup: ranOnce(), Args: json.RawMessage(`{"group_by":"task"}`)}},
}, getExecutionStats)

func getExecutionStats(ctx context.Context, d *registry.Deps, in ExecutionStatsIn) (ExecutionStatsOut, error) {
	query := storage.StatsQuery{GroupBy: in.GroupBy, Tests: storage.WithoutTests}
	switch in.Origin {
	case "test":
		query.Tests = storage.OnlyTests
	case "all":
		query.Tests = storage.WithTests
	}
	var err error
	if query.Since, query.Until, err = timeRange(in.Since, in.Until); err != nil {
		return ExecutionStatsOut{}, err
	}
	if in.TaskID != "" {
		t, err := executor.FindTask(ctx, d.Store, in.TaskID)
		if err != nil {
			return ExecutionStatsOut{}, err
		}
		query.TaskID = t.ID
	}
	all, groups, err := d.Store.ExecutionStats(ctx, query)
	if err != nil {
		return ExecutionStatsOut{}, err
	}
	query.GroupBy = ""
	if recent := now(d).Add(-24 * time.Hour); query.Since.Before(recent) {
		query.Since = recent
	}
	day, _, err := d.Store.ExecutionStats(ctx, query)
	if err != nil {
		return ExecutionStatsOut{}, err
	}
	out := ExecutionStatsOut{StatsView: statsView(all), Last24h: statsView(day).Total, GroupBy: in.GroupBy, Groups: []StatsGroup{}}
	for _, g := range groups {
		out.Groups = append(out.Groups, StatsGroup{Key: g.Key, TaskName: g.Name, StatsView: statsView(g)})
	}
	return out, nil
}

func statsView(s storage.ExecutionStats) StatsView {
	v := StatsView{ByStatus: map[string]int64{}}
	var ended int64
	for status, n := range s.Counts {
		v.ByStatus[string(status)] = n
		v.Total += n
		if status.Terminal() {
			ended += n
		}
	}
	if ended == 0 {
		return v
	}
	rate := float64(s.Counts[ratchet.StatusCompleted]) / float64(ended)
	v.SuccessRate = &rate
	for to, from := range map[**float64]time.Duration{&v.AverageDurationMS: s.Mean, &v.P50MS: s.P50, &v.P95MS: s.P95, &v.P99MS: s.P99} {
		ms := float64(from.Microseconds()) / 1000
		*to = &ms
	}
	return v
}
