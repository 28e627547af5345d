package server

import (
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
		{Name: "ops-pub", Role: ratchet.RoleService, Scope: ratchet.Scope{Tools: []string{"ratchet_*"}, TaskPatterns: []string{"pub-*"}}},
		{Name: "no-run", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{Withheld: []ratchet.Right{ratchet.RightExecute}}},
		{Name: "no-logs", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{Withheld: []ratchet.Right{ratchet.RightLogs}}},
		{Name: "no-trace", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{Withheld: []ratchet.Right{ratchet.RightTraces}}},
		{Name: "no-sys", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{Withheld: []ratchet.Right{ratchet.RightSystem}}},
		{Name: "adm-pub", Role: ratchet.RoleAdmin, Scope: ratchet.Scope{TaskPatterns: []string{"pub-*"}}},
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

// matrix is the table in the making.
type matrix struct {
	*secured
	keys    []ratchet.APIKey
	headers [][]string        // of keys
	ids     map[string]string // of a run, by task
	table   strings.Builder
	values  map[string][]string // verdicts by row
}

// both are the tasks of the matrix.
func both() []string { return []string{"pub-a", "sec-b"} }

func (m *matrix) row(name string, verdict func(i int) string) {
	if m.values[name] != nil {
		m.t.Fatalf("the row %q is there twice", name)
	}
	fmt.Fprintf(&m.table, "%-70s", name)
	for i := range m.keys {
		v := verdict(i)
		m.values[name] = append(m.values[name], v)
		fmt.Fprintf(&m.table, " %-8s", v)
	}
	m.table.WriteString("\n")
}

// hides says whether a task does not exist for a key.
func (m *matrix) hides(i int, task string) bool { return !m.keys[i].Scope.AllowsTask(task) }

// TestScopeMatrix asks everything that the server offers as keys with
// different scopes. What it asks is read from the registries of tools,
// resources, prompts, routes, fields, subscriptions, events and metrics, so
// that a new one has a row.
func TestScopeMatrix(t *testing.T) {
	l := lockedUp(t)
	m := &matrix{secured: l, ids: l.planted(), keys: scoped(), values: map[string][]string{}}
	for _, k := range m.keys {
		m.headers = append(m.headers, l.addKey(k))
	}
	m.row("", func(i int) string { return m.keys[i].Name })
	for _, tool := range l.s.registry.Whole().List() {
		m.row("tool "+tool.Name, func(i int) string {
			v := l.overREST(tool, m.headers[i])
			if o := l.overMCP(tool, m.headers[i]); o != v && (v != "no" || !strings.Contains(o, "ratchet_")) {
				t.Errorf("%s as %s: REST %s, MCP %s", tool.Name, m.keys[i].Name, v, o)
			}
			if r := l.overRoutes(tool, m.headers[i]); r != "" && r != v {
				t.Errorf("%s as %s: tool %s, routes %s", tool.Name, m.keys[i].Name, v, r)
			}
			return v
		})
	}
	m.hiddenRows()
	m.resourceRows()
	m.promptRows()
	m.eventRows()
	m.subscriptionRows()
	m.notificationRows()
	m.countRows()
	m.repeatRows()
	m.metricRows()
	m.fieldRows()
	m.routeRows()
	l.keepTable("scopes.txt", m.table.String())
}

// metricRows waits until the runs are counted and reads every family.
func (m *matrix) metricRows() {
	l, row, headers := m.secured, m.row, m.headers
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
	if *update {
		if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		l.t.Fatalf("%v; -update makes it", err)
	}
	if diff := cmp.Diff(string(kept), table); diff != "" {
		l.t.Errorf("what scopes allow has changed:\n%s", diff)
	}
}
