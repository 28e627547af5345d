package server

import (
	"context"
	"io"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"ratchet"
	"ratchet/runtime/worker"
	"ratchet/server/config"
	"ratchet/storage"
	"ratchet/tools/toolstest"
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
		Deps:     &registry.Deps{Store: db, Bus: new(ratchet.Bus)},
		Registry: toolstest.Kinds(t), Isolation: func() string { return "process" },
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
