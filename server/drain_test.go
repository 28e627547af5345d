package server

import (
	"context"
	"net/http"
	"testing"
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
	if why := s.notReady(t.Context()); why != "draining" {
		t.Errorf("not ready because %q", why)
	}
}
