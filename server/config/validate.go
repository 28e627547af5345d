package config

import (
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ratchet"
)

var (
	errWantNames = errors.New("want names and values")
	errBadName   = errors.New("a name has letters, digits and underscores only")
)

func badValue(key, origin string, err error) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeConfig, "%s: %s: %s", origin, key, err.Error()).At(key).
		WithHint("`ratchet config generate` describes every key")
}

// Validate checks what one key alone cannot say. Load calls it.
func (c Config) Validate() error {
	checks := []struct {
		ok             bool
		key, want, got string
	}{
		{c.Server.Port >= 0 && c.Server.Port <= 65535, "server.port", "a port from 0 to 65535", ""},
		{c.MCP.Port >= 0 && c.MCP.Port <= 65535, "mcp.port", "a port from 0 to 65535", ""},
		{c.Execution.MaxExecutionDuration >= time.Second, "execution.max_execution_duration", "at least 1 second", ""},
		{c.Execution.WaitLimit <= 5*time.Minute, "execution.wait_limit", "at most 300 seconds: clients give up earlier", ""},
		{c.Execution.MemoryLimit >= 1<<20, "execution.memory_limit", "at least 1MiB", ""},
		{c.Execution.MaxConcurrentTasks >= 0, "execution.max_concurrent_tasks", "0 or more", ""},
		{c.Execution.Workers.Count >= 0 && c.Execution.Workers.Warm >= 0, "execution.workers.count", "0 or more", ""},
		{c.MCP.MaxMessageSize >= 64<<10, "mcp.max_message_size", "at least 64KiB", ""},
		{c.MCP.MaxResultBytes >= 1000, "mcp.max_result_bytes", "at least 1000", ""},
		{c.MCP.PageSize >= 1, "mcp.page_size", "at least 1", ""},
		{c.MCP.MaxConnections >= 1, "mcp.max_connections", "at least 1", ""},
		{c.MCP.MaxConcurrentCalls >= 0, "mcp.max_concurrent_calls", "0 or more", ""},
		{strings.HasPrefix(c.MCP.Endpoint, "/") && len(c.MCP.Endpoint) > 1 && !strings.HasSuffix(c.MCP.Endpoint, "/"), "mcp.endpoint", "a path such as /mcp", ""},
		{c.Server.MaxBodySize >= 64<<10, "server.max_body_size", "at least 64KiB", ""},
		{c.Server.BodyTimeout >= time.Second, "server.body_timeout", "at least 1 second", ""},
		{c.Server.HeaderTimeout >= time.Second, "server.header_timeout", "at least 1 second", ""},
		{oneOf(c.RateLimit.Tier, "default", "permissive", "strict", "unlimited"), "rate_limit.tier", "default, permissive, strict or unlimited", ""},
		{c.RateLimit.RequestsPerMinute >= 0, "rate_limit.requests_per_minute", "0 or more", ""},
		{c.RateLimit.BurstSize >= 0, "rate_limit.burst_size", "0 or more", ""},
		{c.RateLimit.RequestsPerDay >= 0, "rate_limit.requests_per_day", "0 or more", ""},
		{c.RateLimit.MaxClients >= 100, "rate_limit.max_clients", "at least 100", ""},
		{oneOf(c.Security.Headers, "default", "production"), "security.headers", "default or production", ""},
		{c.Security.Audit.RetentionDays >= 1, "security.audit.retention_days", "at least 1", ""},
		{oneOf(c.Logging.Level, "debug", "info", "warn", "error"), "logging.level", "debug, info, warn or error", c.Logging.Level},
		{oneOf(c.Logging.Format, "text", "json"), "logging.format", "text or json", c.Logging.Format},
		{oneOf(c.Auth.Required, "auto", "true", "false"), "auth.required", "auto, true or false", c.Auth.Required},
		{c.Auth.JWTSecret == "" || len(c.Auth.JWTSecret) >= 32, "auth.jwt_secret", "at least 32 characters, e.g. of `openssl rand -base64 48`", ""},
		{c.Auth.TokenExpiration >= time.Minute, "auth.token_expiration", "at least 60 seconds", ""},
		{oneOf(c.Auth.LoginProfile, "default", "production", "development", "strict"), "auth.login_profile", "default, production, development or strict", ""},
		{oneOf(c.Auth.RegistrationRole, "readonly", "user"), "auth.registration_role", "readonly or user", ""},
		{!strings.Contains(c.Database.URL, "://") || strings.HasPrefix(c.Database.URL, "file://"), "database.url", "a file: other databases are not supported yet", ""},
	}
	for _, check := range checks {
		if !check.ok {
			err := ratchet.Errorf(ratchet.CodeConfig, "%s must be %s", check.key, check.want).At(check.key)
			return err.WithHint("it comes from: %s", c.sources[check.key].Origin)
		}
	}
	for _, port := range c.HTTP.AllowPorts {
		if port < 1 || port > 65535 {
			return badValue("http.allow_ports", c.sources["http.allow_ports"].Origin, errors.New("want ports from 1 to 65535"))
		}
	}
	for _, network := range c.HTTP.AllowPrivate {
		if _, err := netip.ParsePrefix(network); err != nil {
			return badValue("http.allow_private", c.sources["http.allow_private"].Origin,
				errors.New("want networks such as 127.0.0.1/32, got "+kindOf(network)))
		}
	}
	if err := c.validateAuth(); err != nil {
		return err
	}
	if err := c.validateTracing(); err != nil {
		return err
	}
	return c.validateSecurity()
}

func oneOf(value string, allowed ...string) bool { return slices.Contains(allowed, value) }

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
