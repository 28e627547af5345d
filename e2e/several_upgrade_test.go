package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// migrated is the program again, as a later version whose schema has one step more.
func migrated(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	steps, err := filepath.Glob(filepath.Join(root, "storage", "migrations", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	step := filepath.Join(dir, "step.sql")
	overlay, err := json.Marshal(object{"Replace": map[string]string{
		filepath.Join(root, "storage", "migrations", fmt.Sprintf("%04d_later.sql", len(steps)+1)): step,
	}})
	if err == nil {
		err = os.WriteFile(step, []byte("CREATE TABLE later (id INTEGER PRIMARY KEY);\n"), 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return build(t, "migrated", "-overlay", filepath.Join(dir, "overlay.json"), "-ldflags", "-X main.version=9.9.9")
}

// long skips a test that builds the program again, unless the long form is run.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("RATCHET_CLIENT_ROUNDS") == "" {
		t.Skip("set RATCHET_CLIENT_ROUNDS to build other versions of the program; cmd/ratchet has the short form")
	}
}

// TestSeveral_aLaterSchemaTakesOver: the owner makes way for a version with a
// later schema; those that do not know it are told to restart their client, and
// none of them opens the file again.
func TestSeveral_aLaterSchemaTakesOver(t *testing.T) {
	long(t)
	path, dir := program(t), t.TempDir()
	was := attachClient(t, path, dir, "--toolsets", "all")
	was.request(t, "tools/call", object{"name": "ratchet_create_task", "arguments": object{
		"name": "kept", "description": "a task of a test", "input_schema": object{}, "output_schema": object{}, "code": "export default () => 1",
	}})
	attached := attachClient(t, path, dir)
	now := attachClient(t, migrated(t), dir)
	if got := owner(t, dir); got != now.cmd.Process.Pid {
		t.Fatalf("the owner is %d, not the later version", got)
	}
	if text := now.call("ratchet_list_available_tasks", object{}); !strings.Contains(text, "kept") {
		t.Errorf("the later version: %s", text)
	}
	for name, c := range map[string]*client{"the former owner": was, "the attached process": attached} {
		if text := c.call("ratchet_list_available_tasks", object{}); !strings.Contains(text, `"error"`) || !strings.Contains(text, "restart this client") {
			t.Errorf("%s: %s", name, text)
		}
	}
	refused := func(when string) {
		for _, args := range [][]string{{"call", "ratchet_list_available_tasks", "{}"}, {"serve", "--listen", "127.0.0.1:0"}, {"users", "list"}} {
			out, err := exec.Command(path, append(args, "--data-dir", dir)...).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "newer") && !strings.Contains(string(out), "older") {
				t.Errorf("%s, %s of the older version: %v: %s", when, args[0], err, out)
			}
		}
	}
	refused("beside the later version")
	now.in.Close()
	<-now.done
	refused("after the later version")
}

// TestSeveral_aLaterVersionOfTheSameSchema takes over from an owner on stdio,
// whose sessions go on; a command and a server's owner change nothing.
func TestSeveral_aLaterVersionOfTheSameSchema(t *testing.T) {
	long(t)
	path, dir := program(t), t.TempDir()
	later := build(t, "newer", "-ldflags", "-X main.version=9.9.9")
	was := attachClient(t, path, dir)
	if out, err := exec.Command(later, "call", "ratchet_list_available_tasks", "{}", "--data-dir", dir).CombinedOutput(); err != nil {
		t.Errorf("a command of the later version: %v: %s", err, out)
	}
	if got := owner(t, dir); got != was.cmd.Process.Pid {
		t.Errorf("a command took the directory over: the owner is %d", got)
	}
	now := attachClient(t, later, dir)
	if got := owner(t, dir); got != now.cmd.Process.Pid {
		t.Errorf("the owner is %d, not the later version", got)
	}
	was.request(t, "tools/call", object{"name": "ratchet_list_available_tasks", "arguments": object{}})
	if !strings.Contains(was.stderr(), "restart this client") {
		t.Errorf("the older one is not warned that there is a newer one: %s", was.stderr())
	}
	now.in.Close()
	<-now.done
	p := start(t, dir)
	attachClient(t, later, dir)
	if got := owner(t, dir); got != p.cmd.Process.Pid {
		t.Errorf("a server for HTTP was replaced: the owner is %d", got)
	}
}
