package config

import "testing"

func TestAProfileGivesDefaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file    string
		env           []string
		headers       string
		days          int
		origin, kind  string // of the days
		level, policy string
	}{
		{"none", "", []string{"ENV=/etc/shrc", "NODE_ENV=staging"}, "default", 90, "default", "default", "info", "default"},
		{"ours", "", []string{"RATCHET_ENV=production", "NODE_ENV=test"}, "production", 365, "profile production (RATCHET_ENV)", "default", "info", "production"},
		{"of others", "", []string{"ENV=/etc/shrc", "NODE_ENV=Development"}, "default", 30, "profile development (NODE_ENV)", "default", "info", "development"},
		{"test", "", []string{"ENVIRONMENT=test", "ENV=production"}, "default", 90, "default", "default", "warn", "default"},
		{"the file wins", "security: {audit: {retention_days: 7}}", []string{"RATCHET_ENV=production"}, "production", 7, "", "file", "info", "production"},
		{
			"the environment wins", "",
			[]string{"RATCHET_ENV=production", "RATCHET_SECURITY_AUDIT_RETENTION_DAYS=8", "RATCHET_LOG=error"},
			"production", 8, "environment RATCHET_SECURITY_AUDIT_RETENTION_DAYS", "env", "error", "production",
		},
	} {
		cfg, err := Load(Options{File: write(t, c.file), Env: c.env})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		source := cfg.Sources()["security.audit.retention_days"]
		if cfg.Security.Headers != c.headers || cfg.Security.Audit.RetentionDays != c.days || cfg.Logging.Level != c.level || cfg.Auth.LoginProfile != c.policy {
			t.Errorf("%s: %+v %+v %s", c.name, cfg.Security, cfg.Logging, cfg.Auth.LoginProfile)
		}
		if source.Kind() != c.kind || c.origin != "" && source.Origin != c.origin {
			t.Errorf("%s: the days come from %q (%s)", c.name, source.Origin, source.Kind())
		}
	}
}

// TestProfilesNameKeys: each value is one that its key takes.
func TestProfilesNameKeys(t *testing.T) {
	t.Parallel()
	for name, values := range profiles() {
		cfg, err := Load(Options{File: write(t, ""), Env: []string{"RATCHET_ENV=" + name}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for key := range values {
			if got := cfg.Sources()[key].Origin; got != "profile "+name+" (RATCHET_ENV)" {
				t.Errorf("%s of %s comes from %q", key, name, got)
			}
		}
	}
}
