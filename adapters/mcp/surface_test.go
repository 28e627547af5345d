package mcp

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"ratchet"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/storage"
	"ratchet/tools/toolstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// surface is the registry of toolstest.Kinds over MCP, for the machine's owner.
type surface struct {
	*Server
	handler *Handler
}

func newSurface(t testing.TB) *surface {
	t.Helper()
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	log, reg := slog.New(slog.DiscardHandler), toolstest.Kinds(t)
	deps := &registry.Deps{Store: db, Bus: new(ratchet.Bus), Tools: reg, Now: time.Now, Log: log, Version: "dev"}
	s, err := New(t.Context(), Config{
		Version: "dev", Isolation: func() string { return "process" }, PageSize: cfg.MCP.PageSize, DevErrors: func() bool { return false },
		MaxMessage: int(cfg.MCP.MaxMessageSize), WaitLimit: cfg.Execution.WaitLimit, DrainTimeout: cfg.Server.ShutdownTimeout,
		AwaitCalls: func(context.Context) {}, Log: log,
	}, deps, reg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.EndSessions()
		s.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &surface{s, NewHandler(s, cfg.MCP, func() bool { return false }, limit.NewStreams(100, 100))}
}

// owned is the handler as requests of the machine's owner reach it.
func (s *surface) owned() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handler.ServeHTTP(w, r.WithContext(auth.WithPrincipal(r.Context(), ratchet.Local())))
	})
}

func connect(t *testing.T, transport mcp.Transport, version string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(context.Background(), transport, &mcp.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
		time.Sleep(time.Millisecond)
	}
}
