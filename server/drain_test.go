package server

import (
	"context"
	"net/http"
	"testing"

	"ratchet"
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

func TestOtherAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1", "example.com", ""} {
		if err := loopbackOnly("server.bind_address", host); ratchet.CodeOf(err) != ratchet.CodeConfig || ratchet.AsError(err).Hint == "" {
			t.Errorf("%q: %v", host, err)
		}
	}
}
