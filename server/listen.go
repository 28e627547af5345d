package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ratchet"
	"ratchet/server/config"
)

// ListenAndServe serves HTTP until ctx ends, then drains for the configured
// time and returns nil. onReady, if not nil, hears the address once requests
// are taken.
func (s *Server) ListenAndServe(ctx context.Context, onReady func(addr string)) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.openCertificate(); err != nil {
		return err
	}
	listener, err := s.listen(ctx, "server.bind_address", s.cfg.Server.BindAddress, s.cfg.Server.Port)
	if err != nil {
		return err
	}
	first := s.httpServer(s.Handler())
	servers := []*http.Server{first}
	failed := make(chan error, 3)
	go serving(failed, func() error { return s.serve(first, listener) })
	if port := s.cfg.Server.TLS.RedirectHTTP; port != 0 {
		plain, err := s.listen(ctx, "server.tls.redirect_http", s.cfg.Server.BindAddress, port)
		if err != nil {
			return errors.Join(err, first.Close())
		}
		redirect := s.httpServer(s.redirect(listener.Addr()))
		servers = append(servers, redirect)
		go serving(failed, func() error { return redirect.Serve(plain) })
	}
	if s.cfg.MCP.Enabled && s.cfg.MCP.SeparateListener {
		second, err := s.listen(ctx, "mcp.host", s.cfg.MCP.Host, s.cfg.MCP.Port)
		if err != nil {
			for _, server := range servers {
				err = errors.Join(err, server.Close())
			}
			return err
		}
		own := s.httpServer(s.mcpHandler())
		servers = append(servers, own)
		go serving(failed, func() error { return s.serve(own, second) })
	}
	if onReady != nil {
		address := listener.Addr().String()
		if s.certificate != nil {
			address = "https://" + address
		}
		onReady(address)
	}
	select {
	case err := <-failed:
		for _, server := range servers {
			err = errors.Join(err, server.Close())
		}
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	return s.shutdown(servers)
}

// serving tells failed how serve ended.
func serving(failed chan<- error, serve func() error) {
	defer ratchet.Recover("serve HTTP", func(err error) { failed <- err })
	failed <- serve()
}

// shutdown takes no new requests and waits for the running ones.
func (s *Server) shutdown(servers []*http.Server) error {
	s.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Server.ShutdownTimeout)
	defer cancel()
	s.access.Info("shutting down", "calls", s.limiter.Active(), "timeout", s.cfg.Server.ShutdownTimeout)
	s.awaitCalls(ctx)
	s.endStreams()
	s.mcp.EndSessions() // their streams would keep connections open
	var err error
	for _, server := range servers {
		if stop := server.Shutdown(ctx); stop != nil {
			err = errors.Join(err, server.Close())
		}
	}
	return err
}

// awaitCalls returns when no call is open or ctx ends.
func (s *Server) awaitCalls(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.limiter.Active() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: cmp.Or(s.cfg.Server.HeaderTimeout, 10*time.Second), // bodies have a deadline of their own: streams must not have one
		IdleTimeout: 120 * time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.access.Handler(), slog.LevelDebug), // what clients did wrong
	}
}

// listen opens an address; prepare has checked that it may be.
func (s *Server) listen(ctx context.Context, key, host string, port int) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port)))
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "cannot listen on %s port %d", host, port).At(key).
			WithHint("another process may use the port: choose one with --listen, or 0 for any free one").Wrap(err)
	}
	return listener, nil
}

// websiteOf is where people read about the server: its documentation, at the
// address that clients see; empty while its port is not known.
func websiteOf(cfg *config.Config) string {
	if at := cfg.Auth.ResourceURL; at != "" {
		return strings.TrimSuffix(at, "/") + "/docs"
	}
	if cfg.Server.Port == 0 {
		return ""
	}
	scheme, host := "http://", strings.Trim(cfg.Server.BindAddress, "[]")
	if cfg.Server.TLS.CertFile != "" {
		scheme = "https://"
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, strconv.Itoa(cfg.Server.Port)) + "/docs"
}
