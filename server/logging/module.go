package logging

import (
	"log/slog"
	"slices"
)

// Key is the name of the attribute that says which module a line is of.
const Key = "module"

// The modules: the parts of the server that write to the log. Lines of no
// module are of the whole and have the level that is given without a name.
const (
	HTTP     = "http"     // requests, listeners, the access log
	MCP      = "mcp"      // sessions and calls over MCP
	REST     = "rest"     // requests below /api/v1
	GraphQL  = "graphql"  // operations and subscriptions
	Auth     = "auth"     // logins, tokens, keys, issuers
	Audit    = "audit"    // the audit log, its files and alerts
	Limit    = "limit"    // rates and quotas
	TLS      = "tls"      // certificates
	Health   = "health"   // checks that fail
	Config   = "config"   // what was changed while the server runs
	Tools    = "tools"    // handlers of tools
	Tasks    = "tasks"    // folders of tasks
	Executor = "executor" // the life of executions
	Worker   = "worker"   // worker processes
	Storage  = "storage"  // the database
)

// whole is a further name of the level of everything, as in ratchet=debug.
const whole = "ratchet"

// Modules are all modules, sorted.
func Modules() []string {
	return []string{
		Audit, Auth, Config, Executor, GraphQL, Health, HTTP, Limit, MCP, REST, Storage, Tasks, TLS, Tools, Worker,
	}
}

// numberOf is the place of a module in Modules, and -1 of one that is not known.
func numberOf(module string) int { return slices.Index(Modules(), module) }

// For is the logger of a module.
func For(log *slog.Logger, module string) *slog.Logger {
	return log.With(slog.String(Key, module))
}
