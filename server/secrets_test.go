package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
)

// TestUngrantedSecretOverEverySurface: whichever way a task comes, one that
// declares a secret it is not granted is refused and not stored.
func TestUngrantedSecretOverEverySurface(t *testing.T) {
	l := lockedUp(t)
	admin, author := l.bearer("admin"), l.bearer("user")
	a := l.send("POST", "/api/v1/secrets", `{"name":"KEY","value":"hunter2-hunter2","taskPatterns":["report-*"]}`, admin...)
	if a.Status != 201 || strings.Contains(a.Body, "hunter2") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	task := func(name string) map[string]any {
		return map[string]any{
			"name": name, "description": "d", "code": "export default () => 1", "input_schema": map[string]any{}, "output_schema": map[string]any{},
			"metadata": map[string]any{"secrets": []string{"KEY"}},
		}
	}
	create := func(name string) string { body, _ := json.Marshal(task(name)); return string(body) }
	plain := strings.Replace(create("plain"), `"KEY"`, "", 1)
	if a := l.send("POST", "/api/v1/tools/ratchet_create_task", plain, author...); a.Status != 200 {
		t.Fatal(a.Body)
	}
	for way, ask := range map[string]func(name string) received{
		"REST": func(name string) received {
			return l.send("POST", "/api/v1/tools/ratchet_create_task", create(name), author...)
		},
		"route": func(name string) received {
			return l.send("POST", "/api/v1/tasks", strings.NewReplacer("input_schema", "inputSchema", "output_schema", "outputSchema").Replace(create(name)), author...)
		},
		"MCP": func(name string) received {
			return l.send("POST", "/mcp", fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_create_task","arguments":%s,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`, create(name)),
				append([]string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "ratchet_create_task"}, author...)...)
		},
		"GraphQL": func(name string) received {
			body, _ := json.Marshal(map[string]any{
				"query":     `mutation($t: JSON!) { createTask(name: "` + name + `", description: "d", code: "export default () => 1", inputSchema: {}, outputSchema: {}, metadata: $t) { name } }`,
				"variables": map[string]any{"t": map[string]any{"secrets": []string{"KEY"}}},
			})
			return l.send("POST", "/graphql", string(body), author...)
		},
		"template": func(name string) received {
			return l.send("POST", "/api/v1/tools/ratchet_generate_from_template", `{"template":"http_api_call","name":"`+name+`","parameters":{"auth_type":"bearer","auth_secret":"KEY"},"create":true,"run_tests":false}`, author...)
		},
		"edit": func(string) received {
			return l.send("POST", "/api/v1/tools/ratchet_edit_task", `{"task_id":"plain","metadata":{"secrets":["KEY"]}}`, author...)
		},
		"edit without checks": func(string) received {
			return l.send("POST", "/api/v1/tools/ratchet_edit_task", `{"task_id":"plain","metadata":{"secrets":["KEY"]},"validate_changes":false,"create_backup":false}`, author...)
		},
		"validation": func(string) received {
			return l.send("POST", "/api/v1/tools/ratchet_edit_task", `{"task_id":"plain","replace":true,"description":"d","code":"export default () => 2","input_schema":{},"output_schema":{},"metadata":{"secrets":["KEY"]}}`, author...)
		},
	} {
		a := ask("other")
		if !strings.Contains(a.Body, "FORBIDDEN") || !strings.Contains(a.Body, "report-*") || !strings.Contains(a.Body, "KEY") {
			t.Errorf("%s: %d %s", way, a.Status, a.Body)
		}
		if _, err := l.s.deps.Store.Task(t.Context(), "other"); ratchet.CodeOf(err) != ratchet.CodeNotFound {
			t.Errorf("%s: it was stored", way)
		}
	}
	if a := l.send("POST", "/api/v1/tools/ratchet_create_task", create("report-x"), author...); a.Status != 200 {
		t.Errorf("what is granted: %d %s", a.Status, a.Body)
	}
	stored, err := l.s.deps.Store.Task(t.Context(), "plain")
	if err != nil || strings.Contains(string(stored.Metadata), "KEY") {
		t.Errorf("%s, %v", stored.Metadata, err)
	}
}

// TestUngrantedSecretInFolder: a folder that declares one is not loaded.
func TestUngrantedSecretInFolder(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "keyed")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"metadata.json": `{"name":"keyed","version":"1.0.0","description":"d","secrets":["KEY"]}`, "main.js": "export default () => 1",
		"input.schema.json": "{}", "output.schema.json": "{}",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := lockedUpEmpty(t, "registry.tasks_dir", dir)
	if _, err := l.s.deps.Store.Task(t.Context(), "keyed"); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("it was loaded: %v", err)
	}
}

// TestSecretsNeedWholeAdmins: who knows some tasks only does not bind secrets to
// others, and a service needs to have the tool listed.
func TestSecretsNeedWholeAdmins(t *testing.T) {
	l := lockedUp(t)
	set := func(headers []string) string {
		return allowedBy(l.send("POST", "/api/v1/tools/ratchet_set_secret", `{"name":"A","value":"hunter2-hunter2","task_patterns":["*"]}`, headers...))
	}
	for who, c := range map[string]struct {
		headers []string
		want    string
	}{
		"admin":          {l.bearer("admin"), "yes"},
		"user":           {l.bearer("user"), "no"},
		"scoped admin":   {l.addKey(ratchet.APIKey{Name: "scoped", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{TaskPatterns: []string{"a-*"}}}), "no"},
		"service":        {l.addKey(ratchet.APIKey{Name: "service", Role: ratchet.RoleService}), "no"},
		"listed service": {l.addKey(ratchet.APIKey{Name: "listed", Role: ratchet.RoleService, Scope: ratchet.Scope{Tools: []string{"ratchet_set_secret"}}}), "yes"},
	} {
		if got := set(c.headers); got != c.want {
			t.Errorf("%s: %s", who, got)
		}
	}
	entries, err := l.s.deps.Store.ListAudit(t.Context(), ratchet.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, e := range entries.Items {
		text += string(e.Body)
	}
	if !strings.Contains(text, "ratchet_set_secret") || strings.Contains(text, "hunter2") {
		t.Errorf("the audit: %s", text)
	}
}

func allowedBy(a received) string {
	if a.Status == 200 {
		return "yes"
	}
	return verdict(a.Body)
}
