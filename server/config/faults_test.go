package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ratchet"
)

// TestAllFaultsAreReportedAtOnce has one of each kind, in every layer.
func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, RuntimeFile), []byte("mcp:\n  page_size: lots\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := write(t, `
server:
  prot: 1
  port: 70000
  tls: {cert_file: "${UNSET_ANYWHERE}", key_file: k.pem}
jobs:
  batch: 3
auth:
  required: maybe
rate_limit:
  per_tool: {"a b": 1}
`)
	_, err := Load(Options{
		File: path,
		Env: []string{
			"RATCHET_AUTH_REQUIERD=true", "RATCHET_MCP_PAGE_SIZE=many", "RATCHET_CACHE_ENABLED=true", "RATCHET_JWT_SECRET_FILE=" + filepath.Join(data, "none"),
			"RATCHET_GRAPHQL_API_MAX_DEPTH=x", "RATCHET_ENV=prod", "RATCHET_READ_ONLY=true", "RATCHET_SERVICE_PORT=tcp://10.0.0.1:80", "RATCHET_MCP_PORT_8090_TCP_ADDR=10.0.0.1",
		},
		Flags: map[string]string{"data_dir": data, "mcp.max_connections": "few"},
	})
	list := Faults(err)
	for _, want := range []struct{ message, key, nearest string }{
		{path + ":3: there is no key server.prot", "server.prot", "server.port"},
		{path + ":4: server.port: want a port from 0 to 65535, got 70000", "server.port", ""},
		{path + ":5: server.tls.cert_file: the environment variable UNSET_ANYWHERE is not set", "server.tls.cert_file", ""},
		{path + ":6: jobs is not supported in this version", "jobs", ""},
		{path + ":9: auth.required: want auto, true or false, got \"maybe\"", "auth.required", ""},
		{path + ":11: rate_limit.per_tool.a b: a name has letters", "rate_limit.per_tool.a b", ""},
		{"environment RATCHET_AUTH_REQUIERD: there is no such key", "RATCHET_AUTH_REQUIERD", "RATCHET_AUTH_REQUIRED"},
		{"environment RATCHET_READ_ONLY: there is no such key", "RATCHET_READ_ONLY", "RATCHET_MCP_READ_ONLY"},
		{"environment RATCHET_MCP_PAGE_SIZE: mcp.page_size: want a whole number", "mcp.page_size", ""},
		{"environment RATCHET_CACHE_ENABLED: RATCHET_CACHE_ENABLED is not supported in this version", "RATCHET_CACHE_ENABLED", ""},
		{"environment RATCHET_JWT_SECRET_FILE: cannot read", "RATCHET_JWT_SECRET_FILE", ""},
		{"environment RATCHET_GRAPHQL_API_MAX_DEPTH: graphql_api.max_depth: want a whole number", "graphql_api.max_depth", ""},
		{"environment RATCHET_ENV: RATCHET_ENV: want development, production or test, got \"prod\"", "RATCHET_ENV", ""},
		{"flag: mcp.max_connections: want a whole number", "mcp.max_connections", ""},
		{"runtime " + filepath.Join(data, RuntimeFile) + ":2: mcp.page_size: want a whole number", "mcp.page_size", ""},
	} {
		i := slices.IndexFunc(list, func(f Fault) bool { return strings.HasPrefix(f.Message, want.message) })
		if i < 0 {
			t.Errorf("not reported: %s", want.message)
			continue
		}
		if list[i].Key != want.key || list[i].Nearest != want.nearest || list[i].Hint == "" {
			t.Errorf("%s: %+v", want.message, list[i])
		}
		list = slices.Delete(list, i, i+1)
	}
	for _, f := range list {
		t.Errorf("reported too: %+v", f)
	}
	if e := ratchet.AsError(err); !strings.Contains(e.Message, "has 15 faults") || e.Code != ratchet.CodeConfig {
		t.Errorf("%v", err)
	}
}

// TestKeysOfOtherVersionsAreRefused walks the list, in file and environment.
func TestKeysOfOtherVersionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, a := range absentKeys() {
		if a.instead == "" {
			t.Errorf("%s: nothing is said of what holds instead", a.key)
		}
		if _, ok := (&loader{fields: fields()}).field(a.key); ok || (&loader{fields: fields()}).isGroup(a.key) {
			t.Errorf("%s is a key of this version", a.key)
		}
		sections := strings.Split(a.key, delimiter)
		text := ""
		for depth, name := range sections {
			text += strings.Repeat("  ", depth) + name + ":\n"
		}
		text = strings.TrimSuffix(text, "\n")
		for _, options := range append([]Options{
			{File: write(t, text+" 1\n"), Env: []string{}},
			{File: write(t, text+" {a: 1}\n"), Env: []string{}},
			{File: write(t, ""), Env: []string{variable(a.key) + "=1"}},
			{File: write(t, ""), Env: []string{variable(a.key) + "_ANY=1"}},
			{File: write(t, ""), Env: []string{variable(a.key) + "_FILE=/none"}},
		}, others(t, a)...) {
			_, err := Load(options)
			list := Faults(err)
			if len(list) != 1 || !strings.Contains(list[0].Message, "not supported in this version") || !strings.Contains(list[0].Hint, a.instead) {
				t.Errorf("%s, %v: %+v", a.key, options.Env, list)
			}
		}
	}
}

func others(t *testing.T, a absent) []Options {
	var list []Options
	for _, name := range a.env {
		list = append(list, Options{File: write(t, ""), Env: []string{name + "=1"}})
	}
	return list
}

// TestEveryKeyIsTakenInFileAndEnvironment gives each its own default.
func TestEveryKeyIsTakenInFileAndEnvironment(t *testing.T) {
	t.Parallel()
	for _, f := range fields() {
		if f.fallback == "" || f.isMap() {
			continue
		}
		for _, name := range f.variables() {
			cfg, err := Load(Options{File: write(t, ""), Env: []string{name + "=" + f.fallback}})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got := cfg.Sources()[f.key].Origin; got != "environment "+name {
				t.Errorf("%s comes from %s, not from %s", f.key, got, name)
			}
		}
	}
}

func TestOtherSpellingsAreTaken(t *testing.T) {
	t.Parallel()
	cfg, err := Load(Options{
		File: write(t, "server:\n  auth: {issuer: a}\n  tls: {key_path: k, cert_path: c}\nrest_api: {enabled: false}\nexecution: {fetch_variables: true}\n"),
		Env:  []string{"RATCHET_SERVER_DATABASE_URL=:memory:", "RATCHET_EXECUTION_FETCH_VARIABLES=1", `RATCHET_RATE_LIMIT_PER_TOOL={"ratchet_get_task": 3}`, `RATCHET_SECRETS={"A": "${x}"}`},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Auth.Issuer != "a" || cfg.Server.TLS.KeyFile != "k" || cfg.Server.TLS.CertFile != "c" || cfg.REST.Enabled || cfg.Database.URL != ":memory:" ||
		cfg.RateLimit.PerTool["ratchet_get_task"] != "3" || cfg.Secrets["A"] != "${x}" {
		t.Errorf("%+v %+v %+v %+v %v", cfg.Auth, cfg.Server.TLS, cfg.REST, cfg.Database, cfg.Secrets)
	}
	if got := cfg.Sources()["auth.issuer"].Line; got != 2 {
		t.Errorf("auth.issuer is on line %d", got)
	}
	if got := strings.Join(cfg.Notices(), "\n"); len(cfg.Notices()) != 6 || !strings.Contains(got, ":2: server.auth is called auth now") || !strings.Contains(got, "RATCHET_EXECUTION_FETCH_VARIABLES has no effect") {
		t.Errorf("notices:\n%s", got)
	}
}

// TestNoFaultShowsASecret: values that may be secrets are named by their key.
func TestNoFaultShowsASecret(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{File: write(t, ""), Env: []string{
		"RATCHET_JWT_SECRET=hunter2", "RATCHET_DATABASE_URL=postgres://u:hunter2@host/x", "RATCHET_TRACING_HEADERS=hunter2", `RATCHET_SECRETS=hunter2`,
	}})
	if list := Faults(err); len(list) != 4 || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%+v", list)
	}
}
