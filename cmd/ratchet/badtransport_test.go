package main

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestBadRequestsOnEverySurface: what is wrong before there are arguments is
// told alike too: the status, a code, what to do, and an id to ask for.
func TestBadRequestsOnEverySurface(t *testing.T) {
	web := httptest.NewServer(opened(t).Handler())
	t.Cleanup(web.Close)
	const tool, list = "/api/v1/tools/ratchet_list_executions", "ratchet_list_executions"
	call := func(args string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + list + `","arguments":` + args + `}}`
	}
	big := `"` + strings.Repeat("a", 17<<20) + `"`
	invalid, large, media := "VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"
	for _, c := range []struct {
		name, path, body, kind string
		status                 int
		code                   string
	}{
		{"bad JSON over REST", tool, `{"limit":`, "", 400, invalid},
		{"bad JSON over GraphQL", "/graphql", `{"query":`, "", 400, invalid},
		{"bad JSON over MCP", "/mcp", `{"jsonrpc":`, "", 400, invalid},
		{"bad query over GraphQL", "/graphql", `{"query":"{ listExecutions("}`, "", 422, invalid},
		{"array over REST", tool, `[1]`, "", 400, invalid},
		{"array over GraphQL", "/graphql", `[{"query":"{ __typename }"}]`, "", 400, invalid},
		{"array of arguments over MCP", "/mcp", call(`[1]`), "", 200, invalid},
		{"text of arguments over MCP", "/mcp", call(`"x"`), "", 200, invalid},
		{"no UTF-8 over REST", tool, "{\"cursor\":\"\xff\"}", "", 400, invalid},
		{"no UTF-8 over GraphQL", "/graphql", "{\"query\":\"{ listExecutions(cursor: \\\"\xff\\\") { __typename } }\"}", "", 400, invalid},
		{"no UTF-8 over MCP", "/mcp", call("{\"cursor\":\"\xff\"}"), "", 400, invalid},
		{"a key twice over REST", "/api/v1/tasks/x/execute", `{"input":{"a":1,"a":2}}`, "", 400, invalid},
		{"a key twice over GraphQL", "/graphql", `{"query":"{ __typename }","variables":{"a":{"b":1,"b":2}}}`, "", 400, invalid},
		{"a key twice over MCP", "/mcp", call(`{"filters":[{"field":"a","field":"b"}]}`), "", 400, invalid},
		{"a key twice at login", "/api/v1/auth/login", `{"username":"a","username":"b","password":"x"}`, "", 400, invalid},
		{"half a character over REST", tool, `{"cursor":"\ud800"}`, "", 400, invalid},
		{"half a character over GraphQL", "/graphql", `{"query":"{ __typename }","variables":{"a":"\ud800"}}`, "", 400, invalid},
		{"half a character in a document", "/graphql", `{"query":"{ listExecutions(cursor: \"\\ud800\") { __typename } }"}`, "", 422, invalid},
		{"half a character over MCP", "/mcp", call(`{"cursor":"\ud800"}`), "", 400, invalid},
		{"half a character at login", "/api/v1/auth/login", `{"username":"\ud800","password":"x"}`, "", 400, invalid},
		{"text over REST", tool, `{}`, "text/plain", 415, media},
		{"text over GraphQL", "/graphql", `{"query":"{ __typename }"}`, "text/plain", 415, media},
		{"text over MCP", "/mcp", call(`{}`), "text/plain", 415, media},
		{"large over REST", tool, `{"cursor":` + big + `}`, "", 413, large},
		{"large over GraphQL", "/graphql", `{"query":` + big + `}`, "", 413, large},
		{"large over MCP", "/mcp", call(`{"cursor":` + big + `}`), "", 413, large},
		{"no route of REST", "/api/v1/execution", `{}`, "", 404, "NOT_FOUND"},
		{"no route", "/nowhere", `{}`, "", 404, "NOT_FOUND"},
		{"no login route", "/api/v1/auth/nowhere", `{}`, "", 404, "NOT_FOUND"},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := []string{"X-Request-ID", "asked-1"}
			if c.path == "/mcp" {
				headers = append(headers, "Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", "2025-11-25")
			}
			if c.kind != "" {
				headers = append(headers, "Content-Type", c.kind)
			}
			status, raw := post(t, web.URL+c.path, c.body, headers...)
			if !json.Valid(raw) {
				t.Fatalf("%d, no JSON: %.300s", status, raw)
			}
			text := regexp.MustCompile(`\\+"`).ReplaceAllString(string(raw), `"`)
			if status != c.status || !strings.Contains(text, `"code":"`+c.code+`"`) || !strings.Contains(text, "asked-1") {
				t.Errorf("%d %.500s", status, text)
			}
			if !strings.Contains(text, `"hint":"`) && !strings.Contains(text, `"suggestions":["`) {
				t.Errorf("no hint: %.500s", text)
			}
		})
	}
}

// TestBadArgumentsOfCall: the command line says so before it starts anything.
func TestBadArgumentsOfCall(t *testing.T) {
	data := t.TempDir()
	for name, args := range map[string]string{
		"bad JSON": `{"limit":`, "array": `[1]`, "text": `"x"`, "no UTF-8": "{\"cursor\":\"\xff\"}", "number": "5",
		"a key twice": `{"limit":1,"limit":2}`, "half a character": `{"cursor":"\ud800"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := askCommand("--data-dir", data)(t, badCase{tool: "ratchet_list_executions", args: args})
			if got.Code != "VALIDATION_ERROR" || got.Hint == "" || got.RequestID == "" || got.Message == "" {
				t.Errorf("%+v", got)
			}
		})
	}
}
