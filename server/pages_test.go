package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/coder/websocket"
)

const page = "http://localhost:3000"

// TestPagesRead: without a login a web page of another origin may call what
// reads, on every surface, and nothing else; our own pages may call everything.
func TestPagesRead(t *testing.T) {
	l := lockedUp(t, "auth.required", "false")
	for _, tool := range l.s.registry.Whole().List() {
		want := "no"
		if tool.Effect == registry.Reads && !tool.Executes {
			want = "yes"
		}
		for surface, ask := range map[string]func(registry.Tool, []string) string{
			"MCP": l.overMCP, "REST": l.overREST, "GraphQL": l.overGraphQL, "routes": l.overRoutes,
		} {
			if got := ask(tool, []string{"Origin", page}); got != want && got != "" {
				t.Errorf("%s over %s: %s, want %s", tool.Name, surface, got, want)
			}
			if got := ask(tool, []string{"Origin", l.url}); got != "yes" && got != "" {
				t.Errorf("%s over %s from our own page: %s", tool.Name, surface, got)
			}
		}
	}
}

// TestPagesThatMayWrite: a login or the setting lets a page write.
func TestPagesThatMayWrite(t *testing.T) {
	const create = `{"noSuchArgument":1}`
	try := func(l *secured, headers ...string) string {
		return verdict(l.send("POST", "/api/v1/tools/ratchet_create_task", create, append([]string{"Origin", page}, headers...)...).Body)
	}
	t.Run("login", func(t *testing.T) {
		l := lockedUp(t, "auth.required", "false")
		if got := try(l, l.bearer("user")...); got != "yes" {
			t.Errorf("with a token: %s", got)
		}
		if got := try(l, l.bearer("readonly")...); got != "no" {
			t.Errorf("with a token that only reads: %s", got)
		}
	})
	t.Run("setting", func(t *testing.T) {
		l := lockedUp(t, "auth.required", "false", "server.cors.write_origins", page)
		if got := try(l); got != "yes" {
			t.Errorf("with the setting: %s", got)
		}
		found := l.send("GET", "/api/v1/security/audit", "").Body
		if !strings.Contains(found, "write-origin") || !strings.Contains(found, page) {
			t.Errorf("the security audit does not list the page: %s", found)
		}
	})
}

// TestPageOverSession: a page's MCP session is no more than a page, and it has
// no part in sessions of others.
func TestPageOverSession(t *testing.T) {
	l := lockedUp(t, "auth.required", "false")
	const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`
	const call = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ratchet_create_task","arguments":{"no_such_argument":1}}}`
	theirs := l.send("POST", "/mcp", hello, "Origin", page).Header.Get(headerSession)
	ours := l.send("POST", "/mcp", hello).Header.Get(headerSession)
	if theirs == "" || ours == "" {
		t.Fatal("no session")
	}
	if a := l.send("POST", "/mcp", call, "Origin", page, headerSession, theirs); verdict(a.Body) != "no" {
		t.Errorf("the page's session: %s", a.Body)
	}
	if a := l.send("POST", "/mcp", call, "Origin", page, headerSession, ours); verdict(a.Body) == "yes" {
		t.Errorf("the page in our session: %s", a.Body)
	}
	if a := l.send("POST", "/mcp", call, headerSession, ours); verdict(a.Body) != "yes" {
		t.Errorf("our session: %s", a.Body)
	}
}

// TestPageOverWebSocket: a WebSocket without a token is who opened it.
func TestPageOverWebSocket(t *testing.T) {
	l := lockedUp(t, "auth.required", "false")
	for origin, want := range map[string]string{page: "FORBIDDEN", l.url: "NOT_FOUND"} {
		conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(l.url, "http")+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // the connection owns it
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}},
		})
		if err != nil {
			t.Fatal(err)
		}
		answer := ""
		for _, message := range []string{
			`{"type":"connection_init"}`,
			`{"id":"1","type":"subscribe","payload":{"query":"mutation { deleteTask(taskId: \"no-such-task\") { __typename } }"}}`,
		} {
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
				t.Fatal(err)
			}
			_, data, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			answer = string(data)
		}
		if !json.Valid([]byte(answer)) || !strings.Contains(answer, want) {
			t.Errorf("%s: %s", origin, answer)
		}
		if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Error(err)
		}
	}
}
