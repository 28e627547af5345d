package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"testing"
	"time"

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
func ownTools(t testing.TB) *tools.Registry {
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
		tools.Define(spec("ratchet_hold"), hold),
		tools.Define(spec("ratchet_failing"), func(context.Context, *tools.Deps, noIn) (failing, error) { return failing{"e1"}, nil }),
		tools.Define(spec("ratchet_refuse"), func(context.Context, *tools.Deps, noIn) (echoOut, error) {
			return echoOut{}, ratchet.Errorf(ratchet.CodeNotFound, "no task %q", "x").At("/task_id").WithHint("list them")
		}),
		tools.Define(spec("ratchet_blocks"), func(context.Context, *tools.Deps, noIn) (tools.Content, error) {
			return tools.Content{Blocks: []tools.Block{
				{Type: "text", Text: "<t>"},
				{Type: "image", Data: []byte{1, 2}, MIMEType: "image/png"},
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
func newTestServer(t testing.TB) (*Server, *storage.DB) {
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
