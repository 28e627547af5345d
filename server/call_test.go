package server

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

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
		if err != nil || !res.IsError || !strings.Contains(text(t, res), "VALIDATION_ERROR") || res.StructuredContent != nil {
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
		until(t, func() bool { return s.limiter.Active() == 1 })
		cancel()
		if err := <-done; err == nil {
			t.Error("a cancelled call has an answer")
		}
		until(t, func() bool { return s.limiter.Active() == 0 })
	})
}
