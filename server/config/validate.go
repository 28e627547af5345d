package config

import (
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ratchet"
	"ratchet/server/logging"
)

var (
	errWantNames = errors.New("want names and values")
	errBadName   = errors.New("a name has letters, digits and underscores only")
	errBadPath   = errors.New("a name is the beginning of a path, e.g. /api/v1/tasks")
)

// validate checks what one key alone cannot say.
func (c Config) validate() (found faults) {
	for _, check := range c.checks() {
		if !check.ok {
			found.add(c.wrong(check.key, "want "+check.want+c.got(check.key)))
		}
	}
	found = append(found, c.validateChoices()...)
	for _, port := range c.HTTP.AllowPorts {
		if port < 1 || port > 65535 {
			found.add(c.wrong("http.allow_ports", "want ports from 1 to 65535, got "+kindOf(port)))
		}
	}
	for _, network := range c.HTTP.AllowPrivate {
		if _, err := netip.ParsePrefix(network); err != nil {
			found.add(c.wrong("http.allow_private", "want addresses or networks such as 127.0.0.1 or 10.1.0.0/16, got "+kindOf(network)))
		}
	}
	found = append(found, c.validateAuth()...)
	found = append(found, c.validateTracing()...)
	return append(found, c.validateSecurity()...)
}

// got shows the value of a key that no text may keep to itself: an address may
// have a password in it.
func (c Config) got(key string) string {
	value := c.sources[key].Value
	if value == "***" || key == "database.url" {
		return ""
	}
	return ", got " + kindOf(value)
}

// check is a bound of one key.
type check struct {
	ok        bool
	key, want string
}

func (c Config) checks() []check {
	return []check{
		{c.Server.Port >= 0 && c.Server.Port <= 65535, "server.port", "a port from 0 to 65535"},
		{c.MCP.Port >= 0 && c.MCP.Port <= 65535, "mcp.port", "a port from 0 to 65535"},
		{c.Execution.MaxExecutionDuration >= time.Second, "execution.max_execution_duration", "at least 1 second"},
		{c.Execution.WaitLimit <= 5*time.Minute, "execution.wait_limit", "at most 300 seconds: clients give up earlier"},
		{c.Execution.MemoryLimit >= 1<<20, "execution.memory_limit", "at least 1MiB"},
		{c.Execution.MaxMemoryLimit >= c.Execution.MemoryLimit, "execution.max_memory_limit", "at least execution.memory_limit"},
		{c.Execution.MaxTaskConcurrency >= 1, "execution.max_task_concurrency", "at least 1"},
		{c.HTTP.MaxResponseBytes >= 1<<10, "http.max_response_bytes", "at least 1KiB"},
		{c.HTTP.MaxResponseBytesLimit >= c.HTTP.MaxResponseBytes, "http.max_response_bytes_limit", "at least http.max_response_bytes"},
		{c.HTTP.MaxRunBodyBytes >= 1<<20, "http.max_run_body_bytes", "at least 1MiB"},
		{c.HTTP.MaxBodyBytes >= 1<<20, "http.max_body_bytes", "at least 1MiB"},
		{c.HTTP.MaxBodyMemory >= 1<<20, "http.max_body_memory", "at least 1MiB"},
		{c.HTTP.MaxResponseBytesLimit <= 64<<20, "http.max_response_bytes_limit", "at most 64MiB: a body is one message to the worker process"},
		{c.Execution.MaxConcurrentTasks >= 0, "execution.max_concurrent_tasks", "0 or more"},
		{c.Execution.Workers.Count >= 0, "execution.workers.count", "0 or more"},
		{c.Execution.Workers.Warm >= 0, "execution.workers.warm", "0 or more"},
		{c.MCP.MaxMessageSize >= 64<<10, "mcp.max_message_size", "at least 64KiB"},
		{c.MCP.MaxResultBytes >= 1000, "mcp.max_result_bytes", "at least 1000"},
		{c.MCP.PageSize >= 1, "mcp.page_size", "at least 1"},
		{c.MCP.MaxConnections >= 1, "mcp.max_connections", "at least 1"},
		{c.MCP.MaxConcurrentCalls >= 0, "mcp.max_concurrent_calls", "0 or more"},
		{strings.HasPrefix(c.MCP.Endpoint, "/") && len(c.MCP.Endpoint) > 1 && !strings.HasSuffix(c.MCP.Endpoint, "/"), "mcp.endpoint", "a path such as /mcp"},
		{c.Server.MaxBodySize >= 64<<10, "server.max_body_size", "at least 64KiB"},
		{c.Server.WriteTimeout >= time.Second, "server.write_timeout", "at least 1 second"},
		{c.Server.MaxStreams >= 1, "server.max_streams", "at least 1"},
		{c.Server.CallerStreams >= 1, "server.max_streams_per_caller", "at least 1"},
		{c.Server.BodyTimeout >= time.Second, "server.body_timeout", "at least 1 second"},
		{c.Server.HeaderTimeout >= time.Second, "server.header_timeout", "at least 1 second"},
		{c.RateLimit.RequestsPerMinute >= 0, "rate_limit.requests_per_minute", "0 or more"},
		{c.RateLimit.BurstSize >= 0, "rate_limit.burst_size", "0 or more"},
		{c.RateLimit.RequestsPerDay >= 0, "rate_limit.requests_per_day", "0 or more"},
		{c.RateLimit.MaxClients >= 100, "rate_limit.max_clients", "at least 100"},
		{c.Security.Audit.RetentionDays >= 1, "security.audit.retention_days", "at least 1"},
		{c.Auth.JWTSecret == "" || len(c.Auth.JWTSecret) >= 32, "auth.jwt_secret", "at least 32 characters, e.g. of `openssl rand -base64 48`"},
		{c.Auth.TokenExpiration >= time.Minute, "auth.token_expiration", "at least 60 seconds"},
		{!strings.Contains(c.Database.URL, "://") || strings.HasPrefix(c.Database.URL, "file://"), "database.url", "a file: other databases are not supported yet"},
	}
}

// choice is a key that takes one of a few texts.
type choice struct {
	key, value string
	allowed    []string
}

func (c Config) choices() []choice {
	return []choice{
		{"rate_limit.tier", c.RateLimit.Tier, []string{"default", "permissive", "strict", "unlimited"}},
		{"security.headers", c.Security.Headers, []string{"default", "production"}},
		{"mcp.output_schemas", c.MCP.OutputSchemas, []string{"short", "full"}},
		{"logging.format", c.Logging.Format, []string{"text", "json"}},
		{"auth.required", c.Auth.Required, []string{"auto", "true", "false"}},
		{"auth.login_profile", c.Auth.LoginProfile, []string{"default", "production", "development", "strict"}},
		{"auth.registration_role", c.Auth.RegistrationRole, []string{"readonly", "user"}},
		{"tracing.propagate", c.Tracing.Propagate, []string{"none", "trace", "all"}},
		{"tracing.protocol", c.Tracing.Protocol, []string{"http", "http/protobuf", "grpc"}},
		{"server.tls.min_version", c.Server.TLS.MinVersion, []string{"1.2", "1.3", "modern"}},
	}
}

// validateChoices checks them, and the log level, which is one for each module.
func (c Config) validateChoices() (found faults) {
	for _, choice := range c.choices() {
		if slices.Contains(choice.allowed, choice.value) {
			continue
		}
		last := len(choice.allowed) - 1
		want := strings.Join(choice.allowed[:last], ", ") + " or " + choice.allowed[last]
		found.add(c.wrong(choice.key, "want "+want+", got "+kindOf(choice.value)).With(ratchet.FieldAllowed, choice.allowed))
	}
	if _, err := logging.Parse(c.Logging.Level); err != nil {
		e := ratchet.AsError(err)
		e.Code, e.Message = ratchet.CodeConfig, c.sources[levelKey].Origin+": "+levelKey+": "+e.Message
		found.add(e.At(levelKey))
	}
	return found
}

// DatabasePath is the database file, or :memory:.
func (c Config) DatabasePath() string {
	path := c.Database.URL
	for _, scheme := range []string{"file://", "file:", "sqlite:"} {
		path = strings.TrimPrefix(path, scheme)
	}
	if path == "" {
		return filepath.Join(c.DataDir, "ratchet.db")
	}
	return path
}
