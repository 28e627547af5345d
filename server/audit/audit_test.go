package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet/registry"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/server/audit"
	"ratchet/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that a test sets; it is read by one goroutine at a time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// read may be called by the log's own goroutine.
func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func store(t *testing.T, path string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), storage.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeAll(t *testing.T, l *audit.Log, db *storage.DB) {
	t.Helper()
	if err := errors.Join(l.Close(context.Background()), db.Close()); err != nil {
		t.Error(err)
	}
}

// entries are all entries, the oldest first, as their bodies.
func entries(t *testing.T, db *storage.DB) []map[string]any {
	t.Helper()
	rows, err := db.AuditAfter(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for _, r := range rows {
		var m map[string]any
		if err := json.Unmarshal(r.Body, &m); err != nil {
			t.Fatal(err)
		}
		if len(r.Body) > 8<<10 {
			t.Errorf("an entry has %d bytes", len(r.Body))
		}
		out = append(out, m)
	}
	return out
}

type noteIn struct {
	Name string `json:"name"`
	Fail string `json:"fail,omitempty"`
}

// writes is a tool that stores a task, or fails before or after it did.
func writes(spec registry.Spec) registry.Tool {
	spec.Title, spec.Doc, spec.Category = "Write", "Call this to write.", "development"
	spec.Toolset = "core"
	spec.Effect = registry.Writes
	return registry.Define(spec, func(ctx context.Context, d *registry.Deps, in noteIn) (noteIn, error) {
		if in.Fail == "before" {
			return in, ratchet.Errorf(ratchet.CodeConflict, "no password=hunter2hunter2 here")
		}
		if in.Fail != "nothing" {
			if err := d.Store.CreateTask(ctx, &ratchet.Task{Name: in.Name, Version: "1.0.0"}, "", ""); err != nil {
				return in, err
			}
		}
		if in.Fail == "after" {
			return in, errors.New("the disk is gone")
		}
		return in, nil
	})
}

func TestEveryWriteHasItsEntry(t *testing.T) {
	db := store(t, filepath.Join(t.TempDir(), "a.db"))
	l, err := audit.Open(t.Context(), audit.Config{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, l, db)
	d := &registry.Deps{Store: db, Gates: []registry.Gate{l}}
	tool := writes(registry.Spec{Name: "ratchet_create_task", Creates: true})
	ctx := registry.WithCaller(t.Context(), registry.Caller{
		Surface: "rest", RequestID: "req_1",
		Identity: ratchet.Principal{ID: "key:1", Name: "bot", Role: ratchet.RoleUser, Via: "api_key", IP: "192.0.2.1"},
	})
	for _, args := range []string{`{"name":"one"}`, `{"name":"two","fail":"nothing"}`, `{"name":"three","fail":"before"}`, `{"name":"four","fail":"after"}`, `{"nam":"five"}`} {
		_, _ = registry.Invoke(ctx, d, tool, json.RawMessage(args))
	}
	// What comes after waits for what was queued before it.
	if err := l.Record(ctx, audit.Entry{Type: audit.ConfigChanged}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries(t, db)[1:] {
		got = append(got, strings.Join([]string{e["type"].(string), e["outcome"].(string), text(e["resource"]), text(e["code"]), text(e["message"])}, "|"))
	}
	want := []string{
		"resource_created|success|name one||",
		"resource_created|success|name two||",
		"resource_created|failure|name three|CONFLICT|no password=*** here",
		"resource_created|success|name four||", // the task is there
		"error_occurred|failure|name four|INTERNAL_ERROR|the server failed to do this",
		`resource_created|failure||VALIDATION_ERROR|argument nam is not known; did you mean "name"?`,
		"config_changed|success|||",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("entries:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	first := entries(t, db)[1]
	for key, value := range map[string]string{
		"principal": "key:1", "user": "bot", "role": "user", "via": "api_key", "ip": "192.0.2.1", "surface": "rest",
		"operation": "ratchet_create_task", "request_id": "req_1", "severity": "info",
	} {
		if first[key] != value {
			t.Errorf("%s = %v, want %s", key, first[key], value)
		}
	}
	if hash := text(first["args_hash"]); !strings.HasPrefix(hash, "hmac-sha256:") || len(hash) != 12+64 {
		t.Errorf("args_hash = %q", hash)
	}
}

func text(v any) string { s, _ := v.(string); return s }

func TestReadsAreRecordedWhenRefused(t *testing.T) {
	db := store(t, "")
	l, err := audit.Open(t.Context(), audit.Config{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, l, db)
	refusal := error(nil)
	read := registry.Tool{Spec: registry.Spec{Name: "ratchet_list_users", Toolset: "core", Effect: registry.Reads}}
	admin := read
	admin.Toolset = "admin"
	for _, step := range []struct {
		tool registry.Tool
		err  error
	}{
		{read, nil},
		{read, ratchet.Errorf(ratchet.CodeNotFound, "x")},
		{read, ratchet.Errorf(ratchet.CodeDenied, "x")},
		{admin, ratchet.Errorf(ratchet.CodeDenied, "x")},
		{read, ratchet.Errorf(ratchet.CodeRateLimited, "x")},
		{read, ratchet.Errorf(ratchet.CodeRateLimited, "x")},
		{admin, nil},
	} {
		refusal = step.err
		_, leave, err := l.Enter(t.Context(), step.tool, nil)
		if err != nil {
			t.Fatal(err)
		}
		leave(nil, refusal)
	}
	var got []string
	for _, e := range entries(t, db)[1:] {
		got = append(got, e["type"].(string))
	}
	if want := "access_denied permission_escalation rate_limit_exceeded resource_read"; strings.Join(got, " ") != want {
		t.Errorf("types = %v, want %s", got, want)
	}
}

func TestSecretsAndSizes(t *testing.T) {
	db := store(t, "")
	l, err := audit.Open(t.Context(), audit.Config{Store: db})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, l, db)
	secrets := []string{
		"rk_0123456789abcdefghijklmnopqrstuvwxyz", "hunter2hunter2",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl",
	}
	leaky := "key " + secrets[0] + " password: " + secrets[1] + " Bearer " + secrets[2] + " postgres://ada:" + secrets[1] + "@db/x"
	if err := l.Record(t.Context(), audit.Entry{
		Type: audit.Violation, User: leaky, Operation: leaky, Resource: leaky, Message: leaky + strings.Repeat("é", 9000),
		Details: map[string]any{"header": leaky, "large": strings.Repeat("x", 1<<20), "list": make([]int, 10000)},
	}); err != nil {
		t.Fatal(err)
	}
	all, _ := json.Marshal(entries(t, db))
	for _, s := range secrets {
		if strings.Contains(string(all), s) {
			t.Errorf("the audit has %q", s)
		}
	}
}

func TestFilesFollowTheTable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	c := &clock{now: time.Date(2026, 5, 1, 23, 59, 0, 0, time.UTC)}
	cfg := audit.Config{Dir: dir, Now: c.read, Keep: 10 * 24 * time.Hour}
	run := func(times int) {
		t.Helper()
		db := store(t, path)
		cfg.Store = db
		l, err := audit.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer closeAll(t, l, db)
		for range times {
			if err := l.Record(t.Context(), audit.Entry{Type: audit.Login, User: "ada"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func() audit.Verification {
		t.Helper()
		return verify(t, dir, path)
	}
	run(3)
	c.set(c.read().Add(2 * time.Minute)) // the next day
	run(2)
	if v := check(); !v.Whole() || v.Files != 2 || v.Lines != 9 || v.Entries != 9 {
		t.Fatalf("verification = %+v", v)
	}
	first, second := filepath.Join(dir, "audit-2026-05-01.jsonl"), filepath.Join(dir, "audit-2026-05-02.jsonl")
	for _, f := range []string{first, second} {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info, err)
		}
	}
	whole, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	// A server that was killed left half a line, and lost one.
	lines := strings.SplitAfter(string(whole), "\n")
	if err := os.WriteFile(second, []byte(strings.Join(lines[:2], "")+lines[2][:20]), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := check(); v.Whole() {
		t.Error("half a line is whole")
	}
	run(0)
	if v := check(); !v.Whole() || v.Lines != 11 {
		t.Errorf("after a restart: %+v", v)
	}
	// Somebody changes a file.
	changed := strings.Replace(string(whole), `"user":"ada"`, `"user":"eve"`, 1)
	if err := os.WriteFile(second, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if v := check(); v.Whole() || !strings.Contains(v.FileNote, "differs") {
		t.Errorf("a changed file: %+v", v)
	}
	if err := os.WriteFile(second, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	// Days later the first ones are forgotten, in the table and on disk.
	c.set(c.read().AddDate(0, 0, 11))
	run(0)
	if _, err := os.Stat(first); !os.IsNotExist(err) {
		t.Errorf("an old file is still there: %v", err)
	}
	if v := check(); !v.Whole() || v.Removed == 0 || v.Entries != 4 { // two of retention, start, stop
		t.Errorf("after retention: %+v", v)
	}
}
