package tools

import (
	"strings"

	"ratchet"
)

// Hears says of which events p may hear: of those about tasks that exist for p,
// when p may call a tool that tells the same. The answer holds as long as p
// does, and is quick.
func (r *Registry) Hears(p ratchet.Principal) func(*ratchet.Event) bool {
	may := func(names ...string) bool { return PermitAny(p, r, names...) == nil }
	tasks, logs := may("ratchet_list_available_tasks", "ratchet_get_task"), may("ratchet_get_execution_logs")
	runs := may("ratchet_list_executions", "ratchet_get_execution_status")
	limited := p.Scope.LimitsTasks()
	workers := p.Role == ratchet.RoleAdmin || p.Role == ratchet.RoleService
	audit := workers && !limited && may("ratchet_query_audit") // alerts tell what others tried
	workers = workers && may("ratchet_list_workers")
	return func(e *ratchet.Event) bool {
		area, _, _ := strings.Cut(e.Kind, ".")
		switch area {
		case "task", "execution", "resource":
			if limited && (e.Task == "" || !p.Scope.AllowsTask(e.Task)) {
				return false
			}
			switch {
			case e.Kind == "execution.log":
				return logs
			case area == "execution":
				return runs
			}
			return tasks
		case "tools", "prompts":
			return true
		case "worker":
			return workers
		default: // what is new is for those who may know everything
			return audit
		}
	}
}
