package server

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

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
	if why, _ := s.notReady(t.Context()); why != "draining" {
		t.Errorf("not ready because %q", why)
	}
}

// TestShutdownEndsRuns: what runs gets the configured time, and no more.
func TestShutdownEndsRuns(t *testing.T) {
	l := lockedUp(t, "server.shutdown_timeout", "1")
	admin := l.bearer("admin")
	a := l.send("POST", "/api/v1/tasks", `{"name":"endless","description":"d","code":"export default () => new Promise(() => setTimeout(() => 1, 250000))","inputSchema":{},"outputSchema":{}}`, admin...)
	if a.Status != 201 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a = l.send("POST", "/api/v1/tasks/endless/execute", `{"input":{},"wait":0}`, admin...); a.Status != 202 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	closing, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := l.s.Close(closing); !errors.Is(err, context.DeadlineExceeded) || closing.Err() != nil {
		t.Errorf("closing: %v, and all of a minute is gone: %v", err, closing.Err())
	}
}
