package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"ratchet"
	"ratchet/runtime/worker"
	"ratchet/server/config"
	"ratchet/storage"
	"ratchet/tools"
)

// TestMain is a worker too: servers under test start this program as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "--worker" {
		if err := worker.Serve(context.Background()); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

type echoIn struct {
	Text string `json:"text" jsonschema:"description=text to give back"`
}

type echoOut struct {
	Text        string `json:"text" jsonschema:"description=the text"`
	ExecutionID string `json:"execution_id" jsonschema:"description=a handle"`
}

type noIn struct{}

// ownTools is a small registry with one tool for each kind of answer.
func ownTools(t *testing.T) *tools.Registry {
	t.Helper()
	spec := func(name string) tools.Spec {
		return tools.Spec{
			Name: name, Title: name, Doc: "Call it in a test.", Toolset: "core", Category: "execution",
			Effect: tools.Reads, Examples: []tools.Example{{Title: "plain", Args: json.RawMessage(`{}`)}},
		}
	}
	other := spec("ratchet_other")
	other.Toolset, other.Effect = "control", tools.Writes
	all, err := tools.NewRegistry(
		tools.Define(spec("ratchet_echo"), func(_ context.Context, _ *tools.Deps, in echoIn) (echoOut, error) {
			return echoOut{Text: in.Text, ExecutionID: "e1"}, nil
		}),
		tools.Define(spec("ratchet_panic"), func(context.Context, *tools.Deps, noIn) (echoOut, error) { panic("boom") }),
		tools.Define(spec("ratchet_page"), func(context.Context, *tools.Deps, noIn) (tools.Markdown, error) {
			return tools.Markdown{Text: "# Page", Meta: map[string]any{"document_type": "guide"}}, nil
		}),
		tools.Define(spec("ratchet_progress"), func(ctx context.Context, _ *tools.Deps, _ noIn) (echoOut, error) {
			if c := tools.CallerFrom(ctx); c.Progress != nil {
				c.Progress(ctx, tools.ProgressUpdate{Progress: 1, Total: 2, Message: "half"})
			}
			return echoOut{}, nil
		}),
		tools.Define(spec("ratchet_wait"), func(ctx context.Context, _ *tools.Deps, _ noIn) (echoOut, error) {
			<-ctx.Done()
			return echoOut{}, ctx.Err()
		}),
		tools.Define(spec("ratchet_failing"), func(context.Context, *tools.Deps, noIn) (failing, error) { return failing{"e1"}, nil }),
		tools.Define(spec("ratchet_refuse"), func(context.Context, *tools.Deps, noIn) (echoOut, error) {
			return echoOut{}, ratchet.Errorf(ratchet.CodeNotFound, "no task %q", "x").At("/task_id").WithHint("list them")
		}),
		tools.Define(spec("ratchet_blocks"), func(context.Context, *tools.Deps, noIn) (tools.Content, error) {
			return tools.Content{Blocks: []tools.Block{
				{Type: "text", Text: "<t>"}, {Type: "image", Data: []byte{1, 2}, MIMEType: "image/png"},
				{Type: "resource", URI: "ratchet://docs/tasks", Text: "doc", MIMEType: "text/markdown"},
				{Type: "resource_link", URI: "ratchet://docs/tasks", Name: "tasks"},
			}}, nil
		}),
		tools.Define(other, func(context.Context, *tools.Deps, noIn) (echoOut, error) { return echoOut{}, nil }),
	)
	if err != nil {
		t.Fatal(err)
	}
	core, err := all.Select(tools.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// newTestServer is a server over an empty store in memory.
func newTestServer(t *testing.T) (*Server, *storage.DB) {
	t.Helper()
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(cfg, Parts{
		Deps:     &tools.Deps{Store: db, Bus: new(ratchet.Bus)},
		Registry: ownTools(t), Isolation: func() string { return "process" },
		Close: []func(context.Context) error{func(context.Context) error { return db.Close() }},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, db
}

// connections opens the same server in every way a client can.
func connections(t *testing.T, s *Server, opts *mcp.ClientOptions, run func(t *testing.T, c *mcp.ClientSession)) {
	t.Helper()
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		t.Run("http "+version, func(t *testing.T) {
			web := httptest.NewServer(s.Handler())
			t.Cleanup(web.Close) // after the client's end: cleanups run backwards
			run(t, connect(t, &mcp.StreamableClientTransport{Endpoint: web.URL + "/mcp"}, opts, version))
		})
		t.Run("stdio "+version, func(t *testing.T) {
			toServer, fromClient := io.Pipe()
			toClient, fromServer := io.Pipe()
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- s.ServeStdio(ctx, toServer, fromServer) }()
			t.Cleanup(func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
			run(t, connect(t, &mcp.IOTransport{Reader: toClient, Writer: fromClient}, opts, version))
		})
	}
}

func connect(t *testing.T, transport mcp.Transport, opts *mcp.ClientOptions, version string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, opts)
	session, err := client.Connect(context.Background(), transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

func text(t *testing.T, res *mcp.CallToolResult) string {
	t.Helper()
	if len(res.Content) == 0 {
		t.Fatal("no content")
	}
	content, ok := res.Content[0].(*mcp.TextContent)
	if !ok {
		t.Fatalf("content is %T", res.Content[0])
	}
	return content.Text
}

func TestCallsInBothEras(t *testing.T) {
	s, _ := newTestServer(t)
	connections(t, s, nil, func(t *testing.T, c *mcp.ClientSession) {
		ctx := t.Context()
		res, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "ratchet.echo", Arguments: map[string]any{"text": "<hi>"}})
		if err != nil {
			t.Fatal(err)
		}
		var structured, written map[string]any
		raw, _ := json.Marshal(res.StructuredContent)
		if err := errors.Join(json.Unmarshal(raw, &structured), json.Unmarshal([]byte(text(t, res)), &written)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(structured, written); diff != "" || structured["text"] != "<hi>" {
			t.Errorf("structured and text differ: %s", diff)
		}
		if res.IsError || res.Meta["execution_id"] != "e1" || res.Meta["request_id"] == "" {
			t.Errorf("isError %v, meta %v", res.IsError, res.Meta)
		}
		res, err = c.CallTool(ctx, &mcp.CallToolParams{Name: "ratchet_echo", Arguments: map[string]any{"txt": "x"}})
		if err != nil || !res.IsError || !strings.Contains(text(t, res), "VALIDATION_ERROR") {
			t.Errorf("bad arguments: %v %+v", err, res)
		}
		res, err = c.CallTool(ctx, &mcp.CallToolParams{Name: "ratchet_panic"})
		if err != nil || !res.IsError || !strings.Contains(text(t, res), "INTERNAL_ERROR") || strings.Contains(text(t, res), "boom") {
			t.Errorf("panic: %v %+v", err, res)
		}
		res, err = c.CallTool(ctx, &mcp.CallToolParams{Name: "ratchet_page"})
		if err != nil || res.StructuredContent != nil || text(t, res) != "# Page" || res.Meta["document_type"] != "guide" {
			t.Errorf("document: %v %+v", err, res)
		}
		for name, want := range map[string]string{"ratchet_ehco": "ratchet_echo", "ratchet_other": "control"} {
			_, err = c.CallTool(ctx, &mcp.CallToolParams{Name: name})
			wire, ok := errors.AsType[*jsonrpc.Error](err)
			if !ok || wire.Code != jsonrpc.CodeInvalidParams || !strings.Contains(wire.Message, want) {
				t.Errorf("unknown tool %s: %v", name, err)
			}
		}
	})
}

func TestListsInBothEras(t *testing.T) {
	s, db := newTestServer(t)
	for _, name := range []string{"alpha", "beta"} {
		if err := db.CreateTask(t.Context(), &ratchet.Task{Name: name, Version: "1.0.0", Description: "d", Language: ratchet.JavaScript, Code: "export default () => 1"}, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	connections(t, s, nil, func(t *testing.T, c *mcp.ClientSession) {
		ctx := t.Context()
		list, err := c.ListTools(ctx, nil)
		if err != nil || list.NextCursor != "" {
			t.Fatalf("tools: %v %+v", err, list)
		}
		var names []string
		for _, tool := range list.Tools {
			names = append(names, tool.Name)
			if a := tool.Annotations; a == nil || a.DestructiveHint == nil || a.OpenWorldHint == nil || !a.ReadOnlyHint {
				t.Errorf("annotations of %s: %+v", tool.Name, a)
			}
			if len(tool.Icons) != 1 || tool.Meta["toolset"] != "core" {
				t.Errorf("%s: icons %v meta %v", tool.Name, tool.Icons, tool.Meta)
			}
		}
		if !slices.IsSorted(names) || len(names) != 8 {
			t.Errorf("tools = %v", names)
		}
		found, err := c.ListResources(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		var uris []string
		for _, r := range found.Resources {
			uris = append(uris, r.URI)
		}
		if !slices.Contains(uris, "ratchet://tasks/alpha") || !slices.Contains(uris, "ratchet://docs/tasks") {
			t.Errorf("resources = %v", uris)
		}
		read, err := c.ReadResource(ctx, &mcp.ReadResourceParams{URI: "ratchet://tasks/alpha/source"})
		if err != nil || read.Contents[0].Text != "export default () => 1" || read.Contents[0].MIMEType != "text/javascript" {
			t.Errorf("read: %v %+v", err, read)
		}
		for _, uri := range []string{"ratchet://tasks/nobody", "file:///etc/passwd", "ratchet://tasks/../x"} {
			if _, err := c.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri}); err == nil {
				t.Errorf("%s can be read", uri)
			}
		}
		prompts, err := c.ListPrompts(ctx, nil)
		if err != nil || len(prompts.Prompts) < 5 {
			t.Errorf("prompts: %v %+v", err, prompts)
		}
		prompt, err := c.GetPrompt(ctx, &mcp.GetPromptParams{Name: "review_task", Arguments: map[string]string{"task_id": "beta"}})
		if err != nil || !strings.Contains(prompt.Messages[0].Content.(*mcp.TextContent).Text, "export default () => 1") {
			t.Errorf("prompt: %v %+v", err, prompt)
		}
		done, err := c.Complete(ctx, &mcp.CompleteParams{
			Ref:      &mcp.CompleteReference{Type: "ref/resource", URI: "ratchet://tasks/{name}{?version}"},
			Argument: mcp.CompleteParamsArgument{Name: "name", Value: "al"},
		})
		if err != nil || !cmp.Equal(done.Completion.Values, []string{"alpha"}) {
			t.Errorf("complete: %v %+v", err, done)
		}
	})
}

func TestProgressReachesTheCaller(t *testing.T) {
	s, _ := newTestServer(t)
	heard := make(chan string, 8)
	opts := &mcp.ClientOptions{ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
		heard <- r.Params.Message
	}}
	connections(t, s, opts, func(t *testing.T, c *mcp.ClientSession) {
		params := &mcp.CallToolParams{Name: "ratchet_progress"}
		params.SetProgressToken("p")
		if _, err := c.CallTool(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-heard:
			if got != "half" {
				t.Errorf("progress = %q", got)
			}
		case <-time.After(10 * time.Second):
			t.Error("no progress")
		}
	})
}

func TestCancellingEndsTheWait(t *testing.T) {
	s, _ := newTestServer(t)
	connections(t, s, nil, func(t *testing.T, c *mcp.ClientSession) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "ratchet_wait"})
			done <- err
		}()
		until(t, func() bool { return s.binding.gate.active() == 1 })
		cancel()
		if err := <-done; err == nil {
			t.Error("a cancelled call has an answer")
		}
		until(t, func() bool { return s.binding.gate.active() == 0 })
	})
}

// until waits for a condition that another goroutine brings about.
func until(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestSubscribersHearOfExecutions(t *testing.T) {
	s, db := newTestServer(t)
	run := &ratchet.Execution{TaskName: "x", Status: ratchet.StatusRunning, Origin: ratchet.OriginDirect}
	if err := db.InsertExecution(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 64)
	opts := &mcp.ClientOptions{ResourceUpdatedHandler: func(_ context.Context, r *mcp.ResourceUpdatedNotificationRequest) {
		heard <- r.Params.URI
	}}
	uri := "ratchet://executions/" + run.ID
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	c := connect(t, &mcp.StreamableClientTransport{Endpoint: web.URL + "/mcp"}, opts, "2025-11-25")
	if err := c.Subscribe(t.Context(), &mcp.SubscribeParams{URI: uri}); err != nil {
		t.Fatal(err)
	}
	s.deps.Bus.Publish(ratchet.Event{Kind: "execution.updated", ID: run.ID})
	select {
	case got := <-heard:
		if got != uri {
			t.Errorf("heard of %s", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("heard nothing")
	}
	_ = c.Close()
}

func TestHTTPEdges(t *testing.T) {
	s, _ := newTestServer(t)
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"x"}}}`
	cases := []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		want                     string
	}{
		{"index", "GET", "/", "", nil, 200, `"mcp":"/mcp"`},
		{"live", "GET", "/live", "", nil, 200, "live"},
		{"ready", "GET", "/ready", "", nil, 200, "ready"},
		{"health", "GET", "/health", "", nil, 200, "healthy"},
		{"mcp health", "GET", "/mcp/health", "", nil, 200, `"capacity":100`},
		{"slash", "POST", "/mcp/", call, nil, 308, ""},
		{"nowhere", "GET", "/nowhere", "", nil, 404, ""},
		{"one call without a handshake", "POST", "/mcp", call, nil, 200, `"structuredContent":{"text":"x"`},
		{"narrowed away", "POST", "/mcp?exclude_tools=ratchet_echo", call, nil, 200, "-32602"},
		{"bad parameter", "POST", "/mcp?toolset=core", call, nil, 400, "toolsets"},
		{"bad selection", "POST", "/mcp?toolsets=nope", call, nil, 400, "unknown toolset"},
		{"foreign host", "GET", "/", "", map[string]string{"Host": "evil.example"}, 403, "FORBIDDEN"},
		{"foreign origin", "GET", "/", "", map[string]string{"Origin": "http://evil.example"}, 403, "FORBIDDEN"},
		{"known origin", "GET", "/", "", map[string]string{"Origin": "http://localhost:3000"}, 200, "ratchet"},
		{"too large", "POST", "/mcp", strings.Repeat(" ", 17<<20), nil, 413, "PAYLOAD_TOO_LARGE"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, web.URL+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", "application/json, text/event-stream")
			for key, value := range tc.header {
				req.Header.Set(key, value)
			}
			req.Host = req.Header.Get("Host")
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			defer client.CloseIdleConnections()
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != tc.status || !strings.Contains(string(body), tc.want) {
				t.Errorf("%d %s; want %d with %s", res.StatusCode, body, tc.status, tc.want)
			}
			if res.Header.Get("X-Request-ID") == "" {
				t.Error("no request id")
			}
		})
	}
}

func TestDrainingIsNotReady(t *testing.T) {
	s, _ := newTestServer(t)
	s.cfg.Server.Port = 0
	ctx, cancel := context.WithCancel(t.Context())
	addr, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- s.ListenAndServe(ctx, func(a string) { addr <- a }) }()
	res, err := http.Get("http://" + <-addr + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if res.StatusCode != http.StatusOK {
		t.Errorf("ready answers %d", res.StatusCode)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if why := s.notReady(t.Context()); why != "draining" {
		t.Errorf("not ready because %q", why)
	}
}

func TestOtherAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1", "example.com", ""} {
		if err := loopbackOnly("server.bind_address", host); ratchet.CodeOf(err) != ratchet.CodeConfig || ratchet.AsError(err).Hint == "" {
			t.Errorf("%q: %v", host, err)
		}
	}
}

func TestSealedStateCannotBeForged(t *testing.T) {
	t.Parallel()
	s := newSealer()
	sealed, err := s.close("a", "secret")
	if err != nil || strings.Contains(sealed, "secret") {
		t.Fatal(sealed, err)
	}
	if got, err := s.open("a", sealed); err != nil || got != "secret" {
		t.Error(got, err)
	}
	for _, bad := range []struct{ tool, state string }{{"b", sealed}, {"a", sealed + "-TAMPERED"}, {"a", sealed[:8]}, {"a", ""}} {
		if _, err := s.open(bad.tool, bad.state); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
