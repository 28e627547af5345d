package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// inFolder loads with a data folder of its own.
func inFolder(t *testing.T, dir string, o Options) Config {
	t.Helper()
	o.Dir, o.User = t.TempDir(), t.TempDir()
	if o.Env == nil {
		o.Env = []string{}
	}
	if o.Flags == nil {
		o.Flags = map[string]string{}
	}
	o.Flags["data_dir"] = dir
	cfg, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestWhatWasSetWhileRunningIsReadLast(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	cfg := inFolder(t, dir, Options{})
	values := map[string]any{}
	for key, value := range map[string]any{
		"server.port": 9.0, "execution.wait_limit": "7s", "mcp.max_message_size": "1MiB", "http.allow_hosts": []any{"a.test", "b.test"},
		"http.user_agent": "${HOME}", "rate_limit.per_tool.ratchet_create_task": 5.0, "rate_limit.per_path./api/v1/tasks": 7.0, "mcp.read_only": true, "logging.level": "warn,http=debug",
	} {
		parsed, err := cfg.Read(key, value)
		if err != nil {
			t.Fatal(err)
		}
		values[key] = parsed
	}
	if err := WriteRuntime(dir, values); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, RuntimeFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
	again := inFolder(t, dir, Options{
		Env: []string{"RATCHET_LOG=error"}, Flags: map[string]string{"server.port": "3"}, Forced: map[string]string{"mcp.read_only": "false"},
	})
	if again.Server.Port != 9 || again.Execution.WaitLimit != 7*time.Second || again.MCP.MaxMessageSize != 1<<20 || again.HTTP.UserAgent != "${HOME}" ||
		again.RateLimit.PerTool["ratchet_create_task"] != "5" ||
		again.RateLimit.PerPath["/api/v1/tasks"] != "7" || again.MCP.ReadOnly || again.Logging.Level != "warn,http=debug" {
		t.Errorf("read: %+v %+v %+v", again.Server, again.MCP, again.RateLimit)
	}
	if diff := cmp.Diff([]string{"a.test", "b.test"}, again.HTTP.AllowHosts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(values, again.Stored()); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{"server.port": "runtime", "mcp.read_only": "flag", "logging.level": "runtime", "server.gc_percent": "default"} {
		if got := again.Sources()[key].Kind(); got != want {
			t.Errorf("%s is of %s, want %s", key, got, want)
		}
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	cfg := inFolder(t, t.TempDir(), Options{Flags: map[string]string{"server.port": "3"}})
	next, err := cfg.With(map[string]any{"server.port": 4, "mcp.page_size": 5}, map[string]any{"server.port": 6})
	if err != nil || next.Server.Port != 6 || next.MCP.PageSize != 5 || cfg.Server.Port != 3 || cfg.MCP.PageSize != 1000 {
		t.Errorf("with: %d %d %v, before: %d", next.Server.Port, next.MCP.PageSize, err, cfg.Server.Port)
	}
	back, err := next.With(nil, nil)
	if err != nil || back.Server.Port != 3 || back.Sources()["server.port"].Kind() != "flag" {
		t.Errorf("taken back: %d %v", back.Server.Port, err)
	}
	for name, bad := range map[string]map[string]any{
		"server.port": {"server.port": 70000}, "rate_limit.tier": {"rate_limit.tier": "none"}, "logging.level": {"logging.level": "info,htpp=debug"},
		"server.cors.allowed_origins": {"server.cors.allowed_origins": []string{"*"}, "server.cors.allow_credentials": true},
	} {
		_, err := cfg.With(nil, bad)
		if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeConfig || e.Fields[ratchet.FieldPointer] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	cfg := inFolder(t, t.TempDir(), Options{})
	for key, c := range map[string]struct {
		value any
		want  string
	}{
		"server.prot": {1.0, "there is no key"}, "server": {map[string]any{"port": 1.0}, "there is no key"}, "server.port": {"many", "whole number"},
		"execution.wait_limit": {-1.0, "between 0"}, "rate_limit.per_tool": {map[string]any{"a": 1.0}, "one by one"}, "data_dir": {"/x", "data folder"},
		"rate_limit.per_tool.a b": {1.0, "letters"}, "rate_limit.per_path.tasks": {1.0, "path"}, "mcp.read_only": {nil, "true or false"},
	} {
		_, err := cfg.Read(key, c.value)
		var e *ratchet.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, c.want) || e.Hint == "" {
			t.Errorf("%s: %v, want %q", key, err, c.want)
		}
	}
}

func TestAFileThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"server: [": "is not YAML", "server:\n  prot: 1\n": "server.prot", "data_dir: /x\n": "data_dir", "server:\n  port: -1\n": "server.port",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, RuntimeFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: map[string]string{"data_dir": dir}})
		e := ratchet.AsError(err)
		if err == nil || !strings.Contains(e.Message, want) || !strings.Contains(e.Message+e.Hint, path) {
			t.Errorf("%q: %v, hint %q", text, err, e.Hint)
		}
	}
}

func TestAWrongLevelIsInfoWithOneMessage(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"file": {File: write(t, "logging:\n  level: loud\n")}, "flag": {Flags: map[string]string{"logging.level": "info,htpp=debug"}},
		"environment": {Env: []string{"RATCHET_LOG=loud"}}, "of other programs": {Env: []string{"RUST_LOG=hyper=trace"}},
	} {
		cfg := inFolder(t, t.TempDir(), o)
		if cfg.Logging.Level != "info" || len(cfg.Notices()) != 1 || !strings.Contains(cfg.Notices()[0], "logging.level") {
			t.Errorf("%s: level %q, notices %q", name, cfg.Logging.Level, cfg.Notices())
		}
	}
	cfg := inFolder(t, t.TempDir(), Options{Env: []string{"RUST_LOG=debug", "RUST_LOG_FILE=/nowhere", "RATCHET_LOG=http=warn"}})
	if cfg.Logging.Level != "http=warn" || len(cfg.Notices()) != 0 {
		t.Errorf("level %q, notices %q", cfg.Logging.Level, cfg.Notices())
	}
}

func TestSecretsOfOneValueAreMasked(t *testing.T) {
	t.Parallel()
	cfg := inFolder(t, t.TempDir(), Options{Env: []string{"RATCHET_JWT_SECRET=" + strings.Repeat("x", 40)}})
	if got := cfg.Sources()["auth.jwt_secret"].Value; got != "***" {
		t.Errorf("the secret is shown as %v", got)
	}
	if got := cfg.Sources()["auth.admin_password"].Value; got != "" {
		t.Errorf("no password is shown as %v", got)
	}
}
