package server

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/google/go-cmp/cmp"

	"ratchet/casing"
)

var update = flag.Bool("update", false, "accept the changed matrices of rights")

// TestMatrix calls every tool as every role on every surface with arguments
// that no tool takes: who may call is told that, and who may not is refused
// before. All surfaces must agree; what they say is kept as a table.
func TestMatrix(t *testing.T) {
	l := lockedUp(t)
	roles := []string{"anonymous", "readonly", "user", "service", "admin"}
	headers := map[string][]string{"anonymous": nil}
	for _, role := range roles[1:] {
		headers[role] = l.bearer(role)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-42s %s\n", "tool", strings.Join(roles, " "))
	for _, tool := range l.s.registry.Whole().List() {
		fmt.Fprintf(&table, "%-42s", tool.Name)
		for _, role := range roles {
			verdicts := map[string]string{}
			for surface, ask := range map[string]func(registry.Tool, []string) string{
				"MCP": l.overMCP, "REST": l.overREST, "GraphQL": l.overGraphQL, "routes": l.overRoutes,
			} {
				if v := ask(tool, headers[role]); v != "" {
					verdicts[surface] = v
				}
			}
			want := verdicts["REST"]
			for surface, v := range verdicts {
				if v != want {
					t.Errorf("%s as %s: %s says %s, REST %s", tool.Name, role, surface, v, want)
				}
			}
			fmt.Fprintf(&table, " %-*s", len(role), want)
		}
		table.WriteString("\n")
	}
	file := filepath.Join("testdata", "matrix.txt")
	if *update {
		if err := os.WriteFile(file, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test ./server -run TestMatrix -update makes it", err)
	}
	if diff := cmp.Diff(string(kept), table.String()); diff != "" {
		t.Errorf("rights have changed:\n%s", diff)
	}
}

// verdict is what a code or status means: who = not known, no = refused, yes =
// the call was let in.
func verdict(text string) string {
	switch {
	case strings.Contains(text, "UNAUTHORIZED"):
		return "who"
	case strings.Contains(text, "FORBIDDEN"):
		return "no"
	case strings.Contains(text, "no_such_argument"), strings.Contains(text, "noSuchArgument"):
		return "yes"
	}
	return "?" + text
}

func (l *secured) overREST(tool registry.Tool, headers []string) string {
	return verdict(l.send("POST", "/api/v1/tools/"+tool.Name, `{"noSuchArgument":1}`, headers...).Body)
}

func (l *secured) overMCP(tool registry.Tool, headers []string) string {
	a := l.send("POST", "/mcp", fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":{"no_such_argument":1},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`, tool.Name),
		append([]string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool.Name}, headers...)...)
	return verdict(a.Body)
}

// overGraphQL calls a tool's field with as little as its schema takes.
func (l *secured) overGraphQL(tool registry.Tool, headers []string) string {
	f, ok := l.fields()[casing.Camel(strings.TrimPrefix(tool.Name, "ratchet_"))]
	if !ok {
		return "? no field"
	}
	body, _ := json.Marshal(map[string]string{"query": f})
	a := l.send("POST", "/graphql", string(body), headers...)
	if v := verdict(a.Body); v == "who" || v == "no" {
		return v
	}
	if strings.Contains(a.Body, "GRAPHQL") {
		return "?" + a.Body
	}
	return "yes"
}

// overRoutes tries the tool's own routes.
func (l *secured) overRoutes(tool registry.Tool, headers []string) string {
	said := ""
	for _, r := range tool.Routes {
		if r.Method == "" {
			continue // a field of GraphQL only
		}
		path := "/api/v1" + strings.NewReplacer("{", "", "}", "").Replace(r.Path)
		var a received
		if r.Method == http.MethodGet || r.Method == http.MethodDelete {
			a = l.send(r.Method, path+"?noSuchArgument=1", "", headers...)
		} else {
			a = l.send(r.Method, path, `{"noSuchArgument":1}`, headers...)
		}
		v := verdict(a.Body)
		if said != "" && v != said {
			return v + " at " + r.Method + " " + r.Path
		}
		said = v
	}
	return said
}
