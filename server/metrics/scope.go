package metrics

import (
	"slices"
	"strings"

	"ratchet/registry"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"ratchet"
)

// shown says what of a metric a caller with a scope sees.
type shown int

const (
	nothing  shown = iota // it counts what the caller may not know of
	all                   // it describes the process only
	ownTasks              // rows of tasks within the scope
	ownTools              // rows of tools within the scope
)

// ofFamily is what callers with a scope see of a metric. What is not named
// here is not shown to them.
func ofFamily(name string) shown {
	switch name {
	case "ratchet_executions_total", "ratchet_test_executions_total", "ratchet_execution_duration_seconds":
		return ownTasks
	case "ratchet_mcp_calls_total", "ratchet_mcp_call_duration_seconds":
		return ownTools
	case "ratchet_build_info", "ratchet_workers", "ratchet_workers_resident_memory_bytes", "ratchet_database_connections_active":
		return all
	}
	if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
		return all
	}
	return nothing
}

// gatherer reads the metrics that p may see.
func (m *Metrics) gatherer(p ratchet.Principal) prometheus.Gatherer {
	if p.Scope.Empty() {
		return m.registry
	}
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := m.registry.Gather()
		kept := families[:0]
		for _, f := range families {
			f.Metric = slices.DeleteFunc(f.Metric, func(row *dto.Metric) bool { return !m.sees(p, f.GetName(), row) })
			if len(f.Metric) > 0 {
				kept = append(kept, f)
			}
		}
		return kept, err
	})
}

func (m *Metrics) sees(p ratchet.Principal, family string, row *dto.Metric) bool {
	switch ofFamily(family) {
	case all:
		return p.Scope.Has(ratchet.RightSystem)
	case ownTasks:
		if registry.PermitAny(p, m.cfg.Tools, ratchet.ToolListAvailableTasks, ratchet.ToolListExecutions, ratchet.ToolGetExecutionStats) != nil {
			return false
		}
		// The row "other" adds up tasks of any name.
		name := label(row, "task")
		return p.Scope.AllowsTask(name) && (name != otherTasks || !p.Scope.LimitsTasks())
	case ownTools:
		// How often tools are called reveals tasks outside the scope too.
		return !p.Scope.LimitsTasks() && registry.PermitAny(p, m.cfg.Tools, label(row, "tool")) == nil
	default:
		return false
	}
}

func label(row *dto.Metric, name string) string {
	for _, l := range row.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
