package config

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyBounded draws the settings that the processes of one data directory share.
func anyBounded(t *rapid.T, name string) Config {
	hosts := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a.test", "b.test", "c.test"}), 0, 3, rapid.ID)
	ports := rapid.SliceOfNDistinct(rapid.SampledFrom([]int{0, 80, 443, 8080}), 1, 3, rapid.ID)
	var c Config
	c.HTTP.AllowHosts = hosts.Draw(t, name+" hosts")
	c.HTTP.AllowPrivate = hosts.Draw(t, name+" private")
	c.HTTP.AllowPorts = ports.Draw(t, name+" ports")
	c.HTTP.MaxRedirects = rapid.IntRange(0, 5).Draw(t, name+" redirects")
	c.HTTP.Timeout = time.Duration(rapid.IntRange(1, 5).Draw(t, name+" timeout")) * time.Second
	c.Execution.MaxExecutionDuration = time.Duration(rapid.IntRange(1, 5).Draw(t, name+" duration")) * time.Second
	c.Execution.MaxConcurrentTasks = rapid.IntRange(0, 5).Draw(t, name+" tasks")
	c.Execution.MaxMemoryLimit = Bytes(rapid.IntRange(1, 5).Draw(t, name+" memory"))
	c.HTTP.MaxResponseBytes = Bytes(rapid.IntRange(1, 5).Draw(t, name+" bytes"))
	c.HTTP.MaxResponseBytesLimit = Bytes(rapid.IntRange(1, 5).Draw(t, name+" most bytes"))
	c.Execution.MaxTaskConcurrency = rapid.IntRange(1, 5).Draw(t, name+" concurrency")
	c.Security.Audit.Enabled = rapid.Bool().Draw(t, name+" audit")
	c.Secrets = rapid.MapOfN(rapid.SampledFrom([]string{"ONE", "TWO"}), rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(t, name+" secrets")
	return c
}

// TestBounds_aTakeoverNeverWidens: whoever follows an owner allows nothing that
// the owner did not, and what it allows stays the same when it follows again.
func TestBounds_aTakeoverNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		owner, heir := anyBounded(t, "owner"), anyBounded(t, "heir")
		bounds := owner.Bounds()
		now := heir.Within(bounds)
		if wider := now.Bounds().Exceeds(bounds); len(wider) > 0 {
			t.Fatalf("the heir allows more: %v", wider)
		}
		if again := now.Within(bounds).Bounds().Differ(now.Bounds()); len(again) > 0 {
			t.Fatalf("a second takeover changes %v", again)
		}
		for _, limit := range [][3]uint64{
			{uint64(now.Execution.MaxMemoryLimit), uint64(owner.Execution.MaxMemoryLimit), uint64(heir.Execution.MaxMemoryLimit)},
			{uint64(now.HTTP.MaxResponseBytes), uint64(owner.HTTP.MaxResponseBytes), uint64(heir.HTTP.MaxResponseBytes)},
			{uint64(now.HTTP.MaxResponseBytesLimit), uint64(owner.HTTP.MaxResponseBytesLimit), uint64(heir.HTTP.MaxResponseBytesLimit)},
			{uint64(now.Execution.MaxTaskConcurrency), uint64(owner.Execution.MaxTaskConcurrency), uint64(heir.Execution.MaxTaskConcurrency)},
		} {
			if limit[0] != min(limit[1], limit[2]) {
				t.Fatalf("a limit of %d and %d became %d", limit[1], limit[2], limit[0])
			}
		}
		if len(owner.HTTP.AllowHosts) > 0 && len(now.HTTP.AllowHosts) == 0 {
			t.Fatal("no host in common became all hosts")
		}
		for name, value := range now.Secrets {
			if owner.Secrets[name] != value {
				t.Fatalf("secret %s is one that the owner did not have", name)
			}
		}
	})
}

func TestBounds_differencesHaveNamesAndNoValues(t *testing.T) {
	var a, b Config
	a.HTTP.AllowHosts, a.Secrets = []string{"a.test"}, map[string]string{"TOKEN": "one"}
	b.Execution.MaxConcurrentTasks, b.Secrets = 3, map[string]string{"TOKEN": "two", "OTHER": "three"}
	want := []string{"execution.max_concurrent_tasks", "http.allow_hosts", "secrets.OTHER", "secrets.TOKEN"}
	if got := a.Bounds().Differ(b.Bounds()); !slices.Equal(got, want) {
		t.Errorf("differ in %v, want %v", got, want)
	}
	if got := a.Bounds().Differ(a.Bounds()); len(got) > 0 {
		t.Errorf("the same settings differ in %v", got)
	}
}
