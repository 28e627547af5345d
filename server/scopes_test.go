package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"ratchet"
	"ratchet/credential"
	"ratchet/resources"
	"ratchet/templates"
)

// scoped are the keys of the matrix of scopes.
func scoped() []ratchet.APIKey {
	return []ratchet.APIKey{
		{Name: "whole", Role: ratchet.RoleUser},
		{Name: "one-tool", Role: ratchet.RoleUser, Scope: ratchet.Scope{Tools: []string{"ratchet_list_executions"}}},
		{Name: "pub", Role: ratchet.RoleUser, Scope: ratchet.Scope{TaskPatterns: []string{"pub-*"}}},
		{Name: "not-sec", Role: ratchet.RoleUser, Scope: ratchet.Scope{DeniedTasks: []string{"sec-*"}}},
		{Name: "keys", Role: ratchet.RoleService, Scope: ratchet.Scope{
			Tools: []string{"ratchet_create_user", "ratchet_update_user", "ratchet_delete_user", "ratchet_create_api_key", "ratchet_list_api_keys", "ratchet_set_config"},
		}},
	}
}

// addKey stores a key and returns the header that brings it.
func (l *secured) addKey(k ratchet.APIKey) []string {
	l.t.Helper()
	text, prefix, hash := credential.NewKey()
	k.Prefix, k.Hash = prefix, hash
	if err := l.s.deps.Store.CreateAPIKey(l.t.Context(), &k); err != nil {
		l.t.Fatal(err)
	}
	return []string{"X-API-Key", text}
}

// planted are two tasks, one of them secret, with a run each.
func (l *secured) planted() map[string]string {
	l.t.Helper()
	ids := map[string]string{}
	for _, name := range []string{"pub-a", "sec-b"} {
		t := &ratchet.Task{Name: name, Version: "1.0.0", Description: "d", Language: ratchet.JavaScript, Code: "export default () => 'marker-" + name + "'"}
		if err := l.s.deps.Store.CreateTask(l.t.Context(), t, "", ""); err != nil {
			l.t.Fatal(err)
		}
		a := l.send("POST", "/api/v1/tools/ratchet_store_result", fmt.Sprintf(`{"taskId":%q,"status":"completed","input":{},"output":{"marker":"marker-%s"}}`, name, name), l.bearer("admin")...)
		id := a.field("executionId")
		if id == "" {
			l.t.Fatalf("%d %s", a.Status, a.Body)
		}
		ids[name] = id
	}
	return ids
}

// ask sends one MCP request of the later era.
func (l *secured) ask(method, name, params string, headers []string) string {
	l.t.Helper()
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`, method, params)
	h := append([]string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method}, headers...)
	if name != "" {
		h = append(h, "Mcp-Name", name)
	}
	return l.send("POST", "/mcp", body, h...).Body
}

// said is what an answer means: yes, no = not allowed, hid = as if it were not there.
func said(body string) string {
	switch {
	case strings.Contains(body, "FORBIDDEN"):
		return "no"
	case strings.Contains(body, "resource not found"), strings.Contains(body, "NOT_FOUND"):
		return "hid"
	case strings.Contains(body, `"error"`):
		return "?" + body
	}
	return "yes"
}

// TestScopeMatrix asks everything that the server offers as keys with
// different scopes. What it asks is read from the registries of tools,
// resources, prompts, routes and metrics, so that a new one has a row.
func TestScopeMatrix(t *testing.T) {
	l := lockedUp(t)
	ids := l.planted()
	keys := scoped()
	headers := make([][]string, len(keys))
	for i, k := range keys {
		headers[i] = l.addKey(k)
	}
	var table strings.Builder
	row := func(name string, verdict func(i int) string) {
		fmt.Fprintf(&table, "%-70s", name)
		for i := range keys {
			fmt.Fprintf(&table, " %-8s", verdict(i))
		}
		table.WriteString("\n")
	}
	row("", func(i int) string { return keys[i].Name })
	for _, tool := range l.s.registry.Whole().List() {
		row("tool "+tool.Name, func(i int) string {
			v := l.overREST(tool, headers[i])
			if m := l.overMCP(tool, headers[i]); m != v && (v != "no" || !strings.Contains(m, "ratchet_")) {
				t.Errorf("%s as %s: REST %s, MCP %s", tool.Name, keys[i].Name, v, m)
			}
			if r := l.overRoutes(tool, headers[i]); r != "" && r != v {
				t.Errorf("%s as %s: tool %s, routes %s", tool.Name, keys[i].Name, v, r)
			}
			return v
		})
	}
	for _, r := range resources.All() {
		for _, task := range []string{"pub-a", "sec-b"} {
			pattern, _, _ := strings.Cut(r.Pattern, "{?")
			uri := strings.NewReplacer("{name}", task, "{id}", ids[task], "{page}", "tools").Replace(pattern)
			uri = strings.Replace(uri, "templates/"+task, "templates/"+templates.List()[0].Name, 1)
			row("resource "+pattern+" of "+task, func(i int) string {
				return said(l.ask("resources/read", uri, fmt.Sprintf(`"uri":%q,`, uri), headers[i]))
			})
		}
		row("resource template "+r.Name, func(i int) string {
			return listed(l.ask("resources/templates/list", "", "", headers[i]), `"`+r.Name+`"`)
		})
	}
	for _, p := range l.s.binding.prompts() {
		row("prompt "+p.Name+" listed", func(i int) string {
			return listed(l.ask("prompts/list", "", "", headers[i]), `"`+p.Name+`"`)
		})
		for _, task := range []string{"pub-a", "sec-b"} {
			args := map[string]string{}
			for _, a := range p.Arguments {
				if a.Required {
					args[a.Name] = map[string]string{"task_id": task, "execution_id": ids[task]}[a.Name]
				}
				if a.Name == "goal" {
					args[a.Name] = "g"
				}
			}
			raw, _ := json.Marshal(args)
			row("prompt "+p.Name+" of "+task, func(i int) string {
				return said(l.ask("prompts/get", p.Name, fmt.Sprintf(`"name":%q,"arguments":%s,`, p.Name, raw), headers[i]))
			})
			for _, a := range p.Arguments {
				row("completion of "+a.Name+" in "+p.Name+" to "+task, func(i int) string {
					want := map[string]string{"task_id": task, "execution_id": ids[task]}[a.Name]
					if want == "" {
						return "-"
					}
					return listed(l.ask("completion/complete", "", fmt.Sprintf(`"ref":{"type":"ref/prompt","name":%q},"argument":{"name":%q,"value":%q},`, p.Name, a.Name, want[:3]), headers[i]), want)
				})
			}
		}
	}
	for _, task := range []string{"pub-a", "sec-b"} {
		row("list of resources names "+task, func(i int) string {
			all := l.ask("resources/list", "", "", headers[i])
			return listed(all, task)
		})
	}
	l.metricRows(row, headers)
	l.keepTable("scopes.txt", table.String())
}

// metricRows waits until the runs are counted and reads every family.
func (l *secured) metricRows(row func(string, func(int) string), headers [][]string) {
	whole := l.bearer("admin")
	for n := 0; !strings.Contains(l.send("GET", "/metrics/prometheus", "", whole...).Body, `task="sec-b"`); n++ {
		if n == 300 {
			l.t.Fatal(l.send("GET", "/metrics/prometheus", "", whole...).Body)
		}
		time.Sleep(time.Millisecond) // the counter has no signal; go test's own timeout ends this
	}
	families, err := l.s.metrics.Gatherer().(*prometheus.Registry).Gather()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, f := range families {
		if name := f.GetName(); strings.HasPrefix(name, "ratchet_") && name != "ratchet_rate_limited_total" {
			row("metric "+name, func(i int) string {
				return listed(l.send("GET", "/metrics/prometheus", "", headers[i]...).Body, "# TYPE "+name+" ")
			})
		}
	}
	for _, task := range []string{"pub-a", "sec-b"} {
		for _, path := range []string{"/metrics", "/metrics/prometheus", "/metrics/json"} {
			row(path+" names "+task, func(i int) string { return listed(l.send("GET", path, "", headers[i]...).Body, task) })
		}
	}
	row("/health/detailed", func(i int) string {
		return map[int]string{http.StatusOK: "yes", http.StatusForbidden: "no"}[l.send("GET", "/health/detailed", "", headers[i]...).Status]
	})
}

func listed(body, text string) string {
	if strings.Contains(body, "FORBIDDEN") {
		return "no"
	}
	if strings.Contains(body, text) {
		return "yes"
	}
	return "hid"
}

func (l *secured) keepTable(name, table string) {
	l.t.Helper()
	lines := strings.Split(table, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	table = strings.Join(lines, "\n")
	file := filepath.Join("testdata", name)
	if *updateMatrix {
		if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		l.t.Fatalf("%v; -update-matrix makes it", err)
	}
	if diff := cmp.Diff(string(kept), table); diff != "" {
		l.t.Errorf("what scopes allow has changed:\n%s", diff)
	}
}

// TestBoundedKeysHandOnNoMore tries to make more of each bound of a key.
func TestBoundedKeysHandOnNoMore(t *testing.T) {
	l := lockedUp(t)
	end := time.Now().Add(time.Hour).UTC()
	bounded := l.addKey(ratchet.APIKey{
		Name: "bounded", Role: ratchet.RoleAdmin, Tier: "default", ExpiresAt: end, AllowedIPs: []string{"127.0.0.0/8", "::1"},
		Scope: ratchet.Scope{Tools: []string{"ratchet_create_*", "ratchet_update_*", "ratchet_rotate_api_key", "ratchet_revoke_api_key", "ratchet_set_config"}, TaskPatterns: []string{"pub-*"}},
	})
	later, sooner := end.Add(time.Hour).Format(time.RFC3339), end.Add(-time.Minute).Format(time.RFC3339)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/users", `{"username":"eve","role":"readonly","password":"correct horse battery"}`, 403},
		{"PATCH", "/users/user", `{"password":"another horse battery"}`, 403},
		{"POST", "/api-keys", `{"name":"a","tools":["ratchet_*"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","toolsets":["core"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedTaskPatterns":["p*"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedIps":["10.0.0.0/8"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","allowedIps":["0.0.0.0/0"]}`, 403},
		{"POST", "/api-keys", `{"name":"a","expiresAt":"` + later + `"}`, 403},
		{"POST", "/api-keys", `{"name":"a","rateTier":"unlimited"}`, 403},
		{"POST", "/api-keys", `{"name":"a","permissions":"admin"}`, 403},
		{"PUT", "/config/auth.allow_registration", `{"value":true,"persist":true}`, 403},
		{"POST", "/api-keys", `{"name":"less","tools":["ratchet_create_api_key"],"allowedTaskPatterns":["pub-a*"],"allowedIps":["127.0.0.1"],"expiresAt":"` + sooner + `","rateTier":"strict"}`, 201},
		{"POST", "/api-keys", `{"name":"same"}`, 201},
		{"PATCH", "/api-keys/less", `{"tools":[],"allowedTaskPatterns":[],"allowedIps":[],"expiresAt":"","rateTier":""}`, 200},
		{"PATCH", "/api-keys/less", `{"expiresAt":"` + later + `"}`, 403},
		{"POST", "/api-keys/less/rotate", `{"expiresAt":"` + later + `"}`, 403},
	} {
		if a := l.send(c.method, "/api/v1"+c.path, c.body, bounded...); a.Status != c.status || strings.Contains(a.Body, "is outside of") {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
	wide := l.addKey(ratchet.APIKey{Name: "wide", Role: ratchet.RoleUser})
	for _, c := range [][2]string{{"PATCH", "/api-keys/wide"}, {"DELETE", "/api-keys/wide"}, {"POST", "/api-keys/wide/rotate"}} {
		body := "{}"
		if c[0] == "DELETE" {
			body = ""
		}
		if a := l.send(c[0], "/api/v1"+c[1], body, bounded...); a.Status != http.StatusForbidden || strings.Contains(a.Body, "is outside of") {
			t.Errorf("%s %s: %d %s", c[0], c[1], a.Status, a.Body)
		}
	}
	if !l.open(wide...) {
		t.Error("the wide key is gone")
	}
	for _, name := range []string{"less", "same"} {
		k, err := l.s.deps.Store.APIKey(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if len(k.Scope.Tools) != 5 || len(k.Scope.TaskPatterns) != 1 || len(k.AllowedIPs) != 2 || !k.ExpiresAt.Equal(end.Truncate(time.Microsecond)) || k.Tier != "default" {
			t.Errorf("%s: %+v", name, k)
		}
	}
}
