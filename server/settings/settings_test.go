package settings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/config"
	"ratchet/server/settings"
)

// open loads a configuration with a data folder and keeps it.
func open(t *testing.T, dir string, apply map[string]func(*config.Config)) *settings.Settings {
	t.Helper()
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: map[string]string{"data_dir": dir}})
	if err != nil {
		t.Fatal(err)
	}
	return settings.New(settings.Config{Loaded: cfg, Dir: dir, Apply: apply})
}

func TestWhatCannotBeStoredIsNotApplied(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	var applied []string
	s := open(t, dir, map[string]func(*config.Config){
		"rate_limit.tier": func(c *config.Config) { applied = append(applied, c.RateLimit.Tier) },
	})
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // where the folder should be
		t.Fatal(err)
	}
	_, err := s.Change(t.Context(), registry.SettingChange{Key: "rate_limit.tier", Value: "strict", Persist: true})
	if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeInternal || e.Hint == "" || strings.Contains(e.Message, dir) {
		t.Errorf("err = %v", err)
	}
	if got := s.Current().RateLimit.Tier; got != "default" || len(applied) != 0 {
		t.Errorf("it is %s, applied %v", got, applied)
	}
	if _, err := s.Change(t.Context(), registry.SettingChange{Key: "rate_limit.tier", Value: "strict"}); err != nil {
		t.Error(err)
	}
	if got := s.Current().RateLimit.Tier; got != "strict" || len(applied) != 1 {
		t.Errorf("it is %s, applied %v", got, applied)
	}
}

// TestKeysThatBelongTogether changes one of two keys that exclude each other.
func TestKeysThatBelongTogether(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	change := func(key string, value any) error {
		_, err := s.Change(t.Context(), registry.SettingChange{Key: key, Value: value, Persist: true})
		return err
	}
	if err := change("server.cors.allow_credentials", true); err != nil {
		t.Fatal(err)
	}
	if err := change("server.cors.allowed_origins", []any{"*"}); ratchet.CodeOf(err) != ratchet.CodeInvalid {
		t.Errorf("both at the next start: %v", err)
	}
	if err := change("server.cors.allow_credentials", nil); err != nil {
		t.Fatal(err)
	}
	if err := change("server.cors.allowed_origins", []any{"*"}); err != nil {
		t.Errorf("one alone: %v", err)
	}
}

func TestAServerInMemoryStoresNothing(t *testing.T) {
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := settings.New(settings.Config{Loaded: cfg, Apply: map[string]func(*config.Config){"logging.level": nil}})
	for _, c := range []registry.SettingChange{{Key: "logging.level", Value: "warn", Persist: true}, {Key: "server.port", Value: 1.0, Persist: true}} {
		_, err := s.Change(t.Context(), c)
		if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeInvalid || e.Fields[ratchet.FieldPointer] != "/persist" {
			t.Errorf("%s: %v", c.Key, err)
		}
	}
}

// TestManyAtOnce is for the race detector too.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, map[string]func(*config.Config){"rate_limit.per_tool": nil})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			key := fmt.Sprintf("rate_limit.per_tool.tool_%d", n)
			if _, err := s.Change(t.Context(), registry.SettingChange{Key: key, Value: float64(n + 1), Persist: true}); err != nil {
				t.Error(err)
			}
			_ = s.Settings()
			_ = s.Current().RateLimit.PerTool[key]
		})
	}
	all.Wait()
	again := open(t, dir, nil).Current().RateLimit.PerTool
	if len(again) != 8 || again["tool_7"] != "8" || len(s.Current().RateLimit.PerTool) != 8 {
		t.Errorf("stored %v", again)
	}
}
