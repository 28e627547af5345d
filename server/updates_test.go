package server

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

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
