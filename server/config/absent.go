package config

import (
	"slices"
	"strings"

	"ratchet"
)

// absent is a key, or a section with all its keys, that this version refuses by
// name: a setting without effect would be believed.
type absent struct {
	key     string
	instead string   // what holds, or what to do; empty = nothing is known
	env     []string // variables beside RATCHET_<SECTION>_<KEY>
}

// absentKeys lists the keys of other versions and of other servers' habits.
func absentKeys() []absent {
	const (
		noJobs   = "this version has no jobs and schedules"
		noCache  = "nothing that could be switched is cached"
		noOutput = "this version delivers no outputs: a caller asks for the result"
		oneFile  = "the database is one file that the server opens itself: database.url and data_dir say where"
		folder   = "registry.tasks_dir names the one folder that tasks are loaded from"
		stderr   = "the log goes to stderr; logging.level, logging.format and logging.access say what and how"
		workers  = "workers that ended are always replaced; execution.workers.count and execution.workers.warm say how many there are"
	)
	return []absent{
		{key: "server.ui", instead: "the page at / is always served; other pages for people are not in this version"},
		{key: "server.docs", instead: "the description of the API is always served at /docs"},
		{key: "database.max", instead: oneFile},
		{key: "database.min", instead: oneFile},
		{key: "database.connect_timeout", instead: oneFile},
		{key: "database.idle", instead: oneFile},
		{key: "database.lifetime", instead: oneFile},
		{key: "database.sqlite", instead: oneFile},
		{key: "database.postgres", instead: oneFile},
		{key: "database.migrations", instead: "migrations always run at start, and their checksums are always checked"},
		{key: "execution.timeout_grace_period", instead: "execution.max_execution_duration bounds a run"},
		{key: "execution.validate_schemas", instead: "input and output are always validated", env: []string{"RATCHET_VALIDATE_SCHEMAS"}},
		{key: "execution.record", instead: "every run is recorded"},
		{key: "execution.trace", instead: "every run is traced"},
		{key: "execution.workers.restart_on_crash", instead: workers},
		{key: "execution.workers.max_restarts", instead: workers},
		{key: "execution.workers.restart_delay", instead: workers},
		{key: "execution.workers.health_interval", instead: workers},
		{key: "jobs", instead: noJobs},
		{key: "scheduler", instead: noJobs},
		{key: "heartbeat", instead: noJobs},
		{key: "http.verify_ssl", instead: "certificates are always verified", env: []string{"RATCHET_VERIFY_SSL"}},
		{key: "http.connection_pool", instead: "http.timeout bounds a request, its connection included"},
		{key: "http.proxy", instead: "requests of tasks go out directly"},
		{key: "cache", instead: noCache, env: []string{"RATCHET_TASK_CACHE_SIZE"}},
		{key: "mcp.transport", instead: "the command says it: `ratchet serve` for HTTP, `ratchet mcp-serve` for stdio"},
		{key: "mcp.batch_max_parallel", instead: "mcp.max_concurrent_calls bounds the calls at once"},
		{key: "mcp.http", instead: "clients use streamable HTTP at mcp.endpoint"},
		{key: "mcp.servers", instead: "this version calls no tools of other servers"},
		{key: "rest.prefix", instead: "REST is at /api/v1"},
		{key: "security.quotas", instead: "rate_limit and execution have the limits there are"},
		{key: "output", instead: noOutput, env: []string{"RATCHET_MAX_CONCURRENT_DELIVERIES"}},
		{key: "retention", instead: "security.audit.retention_days is the one retention that can be set"},
		{key: "backup", instead: "copy the data folder while the server is stopped"},
		{key: "plugins", instead: "this version loads no plugins"},
		{key: "console", instead: "this version has no console: use the commands of ratchet"},
		{key: "logging.console", instead: stderr},
		{key: "logging.file", instead: stderr},
		{key: "logging.syslog", instead: stderr},
		{key: "logging.database", instead: stderr},
		{key: "logging.include_location", instead: stderr},
		{key: "logging.enrichment", instead: stderr},
		{key: "logging.sampling", instead: stderr},
		{key: "registry.sources", instead: folder},
		{key: "registry.default_polling_interval", instead: folder},
		{key: "registry.cache", instead: folder},
		{key: "registry.filesystem", instead: folder},
		{key: "registry.git", instead: folder},
		{key: "registry.http", instead: folder},
		{key: "registry.auth", instead: folder},
		{key: "registry.conflict_strategy", instead: folder},
		{key: "registry.watch_config", instead: folder},
		{key: "registry.filesystem_paths", instead: folder},
		{key: "registry.http_endpoints", instead: folder},
		{key: "registry.sync_interval_seconds", instead: folder},
		{key: "registry.enable_auto_sync", instead: folder},
		{key: "registry.enable_validation", instead: folder},
	}
}

// absentKey finds what a key is refused by: its own name or that of its section.
func absentKey(key string) (absent, bool) {
	return firstAbsent(func(a absent) bool { return key == a.key || strings.HasPrefix(key, a.key+delimiter) })
}

// absentVariable is absentKey for a variable.
func absentVariable(name string) (absent, bool) {
	return firstAbsent(func(a absent) bool {
		own := variable(a.key)
		return name == own || strings.HasPrefix(name, own+"_") || slices.Contains(a.env, strings.TrimSuffix(name, "_FILE"))
	})
}

func firstAbsent(is func(absent) bool) (absent, bool) {
	all := absentKeys()
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return absent{}, false
	}
	return all[i], true
}

func (a absent) refuse(key, place string) *ratchet.Error {
	e := ratchet.Errorf(ratchet.CodeConfig, "%s: %s is not supported in this version", place, key).At(key)
	return e.WithHint("take it out: %s", a.instead)
}

// renamed are other spellings of keys and sections, by spelling.
func renamed() map[string]string {
	return map[string]string{
		"server.auth": "auth", "server.database": "database", "rest_api": "rest", "graphql": "graphql_api",
		"server.tls.cert_path": "server.tls.cert_file", "server.tls.key_path": "server.tls.key_file",
	}
}

// spellings are the other spellings of a key.
func spellings(key string) []string {
	var found []string
	for old, now := range renamed() {
		if key == now || strings.HasPrefix(key, now+delimiter) {
			found = append(found, old+strings.TrimPrefix(key, now))
		}
	}
	slices.Sort(found)
	return found
}
