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

// write puts text into a ratchet.yaml of its own and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ratchet.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLayersWinInOrder(t *testing.T) {
	t.Parallel()
	path := write(t, "server:\n  port: 1\n  bind_address: ${HOST:-127.0.0.2}\nexecution:\n  wait_limit: 5s\nhttp:\n  allow_ports: [80, 8080]\n")
	cfg, err := Load(Options{
		File:  path,
		Env:   []string{"RATCHET_SERVER_PORT=2", "RATCHET_MCP_TOOLSETS=core, control", "RATCHET_BIND_ADDRESS=::1", "RATCHET_MAX_EXECUTION_SECONDS=7"},
		Flags: map[string]string{"server.port": "3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Server.Port != 3 || cfg.Server.BindAddress != "::1" || cfg.Execution.WaitLimit != 5*time.Second {
		t.Errorf("server = %+v, execution = %+v", cfg.Server, cfg.Execution)
	}
	if cfg.Execution.MaxExecutionDuration != 7*time.Second || cfg.Execution.MemoryLimit != 256_000_000 {
		t.Errorf("execution = %+v", cfg.Execution)
	}
	if diff := cmp.Diff([]string{"core", "control"}, cfg.MCP.Toolsets); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{80, 8080}, cfg.HTTP.AllowPorts); diff != "" {
		t.Error(diff)
	}
	for key, origin := range map[string]string{
		"server.port": "flag", "server.bind_address": "environment RATCHET_BIND_ADDRESS",
		"execution.wait_limit": path, "server.gc_percent": "default",
	} {
		if got := cfg.Sources()[key].Origin; got != origin {
			t.Errorf("origin of %s = %q, want %q", key, got, origin)
		}
	}
}

func TestMistakesNameTheKey(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, yaml, want, nearest string }{
		{"unknown key", "server:\n  prot: 1\n", "there is no key server.prot", "server.port"},
		{"unknown section", "sever:\n  port: 1\n", "ratchet.yaml:1: there is no key sever", "server"},
		{"wrong type", "server:\n  port: many\n", "want a whole number", ""},
		{"undefined variable", "http:\n  user_agent: ${NOBODY}\n", "NOBODY is not set", ""},
		{"bounds", "server:\n  port: 70000\n", "ratchet.yaml:2: server.port: want a port from 0 to 65535, got 70000", ""},
		{"other database", "database:\n  url: postgres://x/y\n", "database.url", ""},
		{"no section", "server: 5\n", "server: want keys below it, got 5", ""},
		{"given twice", "auth: {required: 'true'}\nserver:\n  auth: {required: 'false'}\n", "ratchet.yaml:3: auth.required: it is given twice", ""},
		{"not YAML", "server: [\n", "is not YAML", ""},
		{"bad network", "http:\n  allow_private: [everywhere]\n", "want addresses or networks", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(Options{File: write(t, tc.yaml), Env: []string{}})
			var e *ratchet.Error
			if !errors.As(err, &e) || e.Code != ratchet.CodeConfig || !strings.Contains(e.Message, tc.want) || e.Hint == "" {
				t.Fatalf("err = %v, hint %q; want %q", err, e.Hint, tc.want)
			}
			if tc.nearest != "" && e.Fields[ratchet.FieldNearest] != tc.nearest {
				t.Errorf("nearest = %v, want %s", e.Fields[ratchet.FieldNearest], tc.nearest)
			}
		})
	}
}

func TestSecretsAreMaskedAndReadFromFiles(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(Options{
		File: write(t, "secrets:\n  A: ${TOKEN}\nrate_limit: {per_tool: {ratchet_execute_task: '5'}}\nauth: {jwt_secret: a secret of at least thirty-two characters}\n"),
		Env:  []string{"TOKEN=t", "RATCHET_SECRETS_B=b", "RATCHET_ADMIN_PASSWORD=correct horse", "RATCHET_SECRETS_C_FILE=" + secret, "RATCHET_NOPE=1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"A": "t", "B": "b", "C": "from-file"}, cfg.Secrets); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]any{
		"secrets.A": "***", "auth.jwt_secret": "***", "auth.admin_password": "***", "rate_limit.per_tool.ratchet_execute_task": "5", "auth.issuer": "ratchet",
	} {
		if got := cfg.Sources()[key].Value; got != want {
			t.Errorf("%s is shown as %v", key, got)
		}
	}
	if got := len(cfg.KnownSecrets()); got != 6 {
		t.Errorf("%d secrets are known", got)
	}
	if len(cfg.Notices()) != 1 || !strings.Contains(cfg.Notices()[0], "RATCHET_NOPE") {
		t.Errorf("notices = %q", cfg.Notices())
	}
}

// TestGeneratedFileIsTheDefaults holds the generator and the reader together.
func TestGeneratedFileIsTheDefaults(t *testing.T) {
	t.Parallel()
	text, err := Generate("yaml")
	if err != nil {
		t.Fatal(err)
	}
	fromFile, err := Load(Options{File: write(t, text), Env: []string{}})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	plain, err := Load(Options{Dir: t.TempDir(), User: t.TempDir(), Env: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	for key, source := range plain.Sources() {
		got := fromFile.Sources()[key].Value
		if list, ok := got.([]string); ok && len(list) == 0 {
			got = ""
		}
		if diff := cmp.Diff(source.Value, got); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("a ${B} $${C} ${D:-e}")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := expand(text, func(string) (string, bool) { return "x", true })
		if err == nil && !strings.Contains(text, "${") && out != text {
			t.Errorf("expand(%q) = %q", text, out)
		}
	})
}

func TestTheLevelOfTheEnvironmentWins(t *testing.T) {
	t.Parallel()
	cfg, err := Load(Options{File: write(t, "logging:\n  level: error\n"), Env: []string{"RATCHET_LOG=debug"}, Flags: map[string]string{"logging.level": "warn"}})
	if err != nil || cfg.Logging.Level != "debug" {
		t.Errorf("level = %q, %v", cfg.Logging.Level, err)
	}
	cfg, err = Load(Options{File: write(t, "logging:\n  level: error\n"), Env: []string{}, Flags: map[string]string{"logging.level": "warn"}})
	if err != nil || cfg.Logging.Level != "warn" {
		t.Errorf("level = %q, %v", cfg.Logging.Level, err)
	}
}

func TestDataDirIsTheUsersOwn(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{
		"/data/ratchet":                  {"XDG_DATA_HOME=/data", "HOME=/home/ada"},
		"/home/ada/.local/share/ratchet": {"HOME=/home/ada"},
	} {
		cfg, err := Load(Options{File: write(t, ""), Env: env})
		if err != nil || cfg.DataDir != name || cfg.DatabasePath() != name+"/ratchet.db" || cfg.Sources()["data_dir"].Value != name {
			t.Errorf("data dir = %q, want %q, %v", cfg.DataDir, name, err)
		}
	}
}

// TestLoad_emptyVariable: a variable that is there and empty, as compose files
// make it, is not set, unless the key may be empty.
func TestLoad_emptyVariable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "port")
	if err := os.WriteFile(file, []byte("7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(Options{File: write(t, "server: {port: 9}"), Env: []string{
		"RATCHET_SERVER_PORT=", "RATCHET_SECRETS=", "RATCHET_EXECUTION_WAIT_LIMIT=", "RATCHET_RATE_LIMIT_ENABLED=", "RATCHET_SERVER_PROT=", "RATCHET_REST_API=",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if notices := strings.Join(cfg.Notices(), "\n"); !strings.Contains(notices, "RATCHET_SERVER_PROT is no key") {
		t.Errorf("an empty variable that is no key is not noted: %s", notices)
	}
	if cfg.Server.Port != 9 || cfg.Execution.WaitLimit == 0 || !cfg.RateLimit.Enabled {
		t.Errorf("%+v %+v", cfg.Server, cfg.RateLimit)
	}
	cfg, err = Load(Options{File: write(t, ""), Env: []string{"RATCHET_SERVER_PORT=", "RATCHET_SERVER_PORT_FILE=" + file}})
	if err != nil || cfg.Server.Port != 7 {
		t.Errorf("the file of an empty variable: %v", err)
	}
}
