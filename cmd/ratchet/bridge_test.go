package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet/server/attach"
)

// through connects a client to a server by way of the bridge.
func through(t *testing.T, url, era string, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options)
	cmd := program(context.Background(), "mcp-serve", "--connect", url)
	session, err := client.Connect(t.Context(), &mcp.CommandTransport{Command: cmd}, &mcp.ClientSessionOptions{ProtocolVersion: era})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

func use(t *testing.T, s *mcp.ClientSession, tool string, args map[string]any) map[string]any {
	t.Helper()
	res, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	data, err := json.Marshal(res.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if res.IsError {
		t.Fatalf("%s: %s", tool, data)
	}
	return out
}

func define(t *testing.T, s *mcp.ClientSession, name, code string) {
	t.Helper()
	object := map[string]any{"type": "object"}
	use(t, s, "ratchet_create_task", map[string]any{
		"name": name, "description": name, "code": code, "input_schema": object, "output_schema": object,
	})
}

// TestBridge drives everything a client may want through `mcp-serve --connect`.
func TestBridge(t *testing.T) {
	for _, era := range []string{"2025-11-25", modernEra} {
		t.Run(era, func(t *testing.T) {
			url := serveFor(t)
			var mu sync.Mutex
			var heard []string
			session := through(t, url, era, &mcp.ClientOptions{
				ProgressNotificationHandler: func(_ context.Context, req *mcp.ProgressNotificationClientRequest) {
					mu.Lock()
					defer mu.Unlock()
					heard = append(heard, req.Params.Message)
				},
			})
			if got := session.InitializeResult().ProtocolVersion; got != era {
				t.Errorf("the era is %s", got)
			}
			define(t, session, "steps", `async function main() {
				reportProgress({progress: 0.5, message: "half"});
				await new Promise(done => setTimeout(done, 300));
				return {done: true} }`)
			offers(t, session)

			call := &mcp.CallToolParams{Name: "ratchet_execute_task", Arguments: map[string]any{
				"task_id": "steps", "input": map[string]any{}, "stream_progress": true,
			}}
			call.SetProgressToken("p1")
			if res, err := session.CallTool(t.Context(), call); err != nil || res.IsError {
				t.Fatalf("execute: %v %v", res, err)
			}
			mu.Lock()
			if all := strings.Join(heard, ";"); !strings.Contains(all, "half") {
				t.Errorf("progress heard: %q", all)
			}
			mu.Unlock()
		})
	}
}

// offers looks at prompts, resources and completion.
func offers(t *testing.T, session *mcp.ClientSession) {
	t.Helper()
	prompts, err := session.ListPrompts(t.Context(), nil)
	if err != nil || len(prompts.Prompts) < 5 {
		t.Fatalf("prompts: %v, %v", prompts, err)
	}
	templates, err := session.ListResourceTemplates(t.Context(), nil)
	if err != nil || len(templates.ResourceTemplates) == 0 {
		t.Fatalf("templates: %v, %v", templates, err)
	}
	list, err := session.ListResources(t.Context(), nil)
	if err != nil || len(list.Resources) == 0 {
		t.Fatalf("resources: %v, %v", list, err)
	}
	read, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: list.Resources[0].URI})
	if err != nil || len(read.Contents) == 0 || read.Contents[0].Text == "" {
		t.Fatalf("read: %v, %v", read, err)
	}
	_, err = session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "ratchet://tasks/nobody"})
	if err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("a missing resource: %v", err)
	}
}

// TestBridgeCancels: in the later era a cancelled request's stream is closed,
// in the handshake era the server gets the notification.
func TestBridgeCancels(t *testing.T) {
	started, ended, told := make(chan string, 2), make(chan string, 2), make(chan string, 2)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var h attach.Head
		if err := json.Unmarshal(body, &h); err != nil {
			t.Error(err)
		}
		if h.Method == "notifications/cancelled" {
			told <- string(h.Params.RequestID)
			w.WriteHeader(http.StatusAccepted)
			return
		}
		started <- string(h.ID)
		if h.Params.Meta.Version >= modernEra {
			if r.Header.Get("Mcp-Method") != "tools/call" || r.Header.Get("Mcp-Name") != "x" {
				t.Errorf("headers: %v", r.Header)
			}
			<-r.Context().Done()
			ended <- string(h.ID)
		}
	}))
	defer site.Close()
	in, client := io.Pipe()
	b := &bridge{url: site.URL, http: http.DefaultClient, out: io.Discard, calls: map[string]*call{}}
	done := make(chan error, 1)
	go func() { done <- b.run(t.Context(), in) }()
	send := func(line string) {
		if _, err := io.WriteString(client, line+"\n"); err != nil {
			t.Error(err)
		}
	}
	send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`)
	<-started
	send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	if id := <-ended; id != "1" {
		t.Errorf("ended: %s", id)
	}
	send(`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}`)
	<-started
	send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}`)
	if id := <-told; id != `"a"` {
		t.Errorf("told: %s", id)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestBridgeKeepsItsSessionOverARestart: a server that forgot the session gets
// the client's first message again, and the request is repeated.
func TestBridgeKeepsItsSessionOverARestart(t *testing.T) {
	var mu sync.Mutex
	sessions := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var h attach.Head
		if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&h) != nil {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		now := fmt.Sprint("session-", sessions)
		switch {
		case h.Method == "initialize":
			sessions++
			w.Header().Set("Mcp-Session-Id", fmt.Sprint("session-", sessions))
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25"}}`, h.ID)
		case r.Header.Get("Mcp-Session-Id") != now:
			http.Error(w, "session not found", http.StatusNotFound)
		case len(h.ID) == 0:
			w.WriteHeader(http.StatusAccepted)
		default:
			if h.Method == "tools/list" {
				sessions++ // as if the server had been started again
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"method":%q}}`, h.ID, h.Method)
		}
	}))
	defer site.Close()
	in, client := io.Pipe()
	answers, out := io.Pipe()
	b := &bridge{url: site.URL, http: http.DefaultClient, out: out, calls: map[string]*call{}}
	done := make(chan error, 1)
	go func() { done <- b.run(t.Context(), in) }()
	lines := bufio.NewScanner(answers)
	for i, method := range []string{"initialize", "tools/list", "prompts/list"} {
		if _, err := fmt.Fprintf(client, `{"jsonrpc":"2.0","id":%d,"method":%q}`+"\n", i, method); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() || strings.Contains(lines.Text(), "error") || !strings.Contains(lines.Text(), fmt.Sprintf(`"id":%d`, i)) {
			t.Errorf("%s: %s", method, lines.Text())
		}
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestBridgeSaysWhatIsWrong: bad lines and a server that is not there get answers.
func TestBridgeSaysWhatIsWrong(t *testing.T) {
	var out strings.Builder
	b := &bridge{url: "http://127.0.0.1:1/mcp", http: http.DefaultClient, out: &out, calls: map[string]*call{}}
	err := b.run(t.Context(), strings.NewReader("{bad\n[]\n"+`{"jsonrpc":"2.0","id":7,"method":"tools/list"}`+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "-32700") || !strings.Contains(lines[2], "no MCP server answers") || !strings.Contains(lines[2], `"id":7`) {
		t.Errorf("answers: %s", out.String())
	}
}
