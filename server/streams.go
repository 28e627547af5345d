package server

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"

	"ratchet/adapters/mcp"

	"ratchet/adapters/rest"
	"ratchet/server/auth"
	"ratchet/server/limit"
)

// streaming takes a place for each request that stays open until a peer
// leaves, and refuses those that find none.
func (s *Server) streaming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.staysOpen(r) {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		place, err := s.streams.Enter(auth.PrincipalOf(ctx), limit.Address(r), cancel)
		if err != nil {
			s.deny(w, r, err)
			return
		}
		line := &streamWriter{ResponseWriter: w, place: place}
		defer func() {
			if !line.taken {
				place.Leave()
			}
		}()
		next.ServeHTTP(line, r.WithContext(limit.WithPlace(ctx, place)))
	})
}

// staysOpen says whether a request asks for events until a peer leaves: a
// WebSocket, server-sent events, or the streams of MCP clients. The answer to an
// MCP call ends with the call, which is bounded as a call.
func (s *Server) staysOpen(r *http.Request) bool {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return true
	}
	events := strings.Contains(strings.Join(r.Header["Accept"], ","), "text/event-stream")
	switch r.URL.Path {
	case "/graphql":
		return events
	case s.cfg.MCP.Endpoint:
		return r.Method == http.MethodGet && events || r.Header.Get("Mcp-Method") == mcp.MethodListen
	}
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, rest.Prefix) &&
		(strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/events") || r.URL.Query().Get("stream") == "true")
}

// pacesItself says whether what answers a request has deadlines of its own for
// each piece: the streams of events do.
func (s *Server) pacesItself(r *http.Request) bool {
	return r.URL.Path != s.cfg.MCP.Endpoint && s.staysOpen(r)
}

// streamWriter tells when a handler takes the connection over, which then has
// the place until it is closed.
type streamWriter struct {
	http.ResponseWriter
	place *limit.Place
	taken bool
}

// Unwrap lets http.ResponseController reach the connection.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what was written.
func (w *streamWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Hijack gives the connection away.
func (w *streamWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.taken = true
	w.place.EndBy(func() { _ = conn.Close() })
	return &streamConn{Conn: conn, place: w.place}, buffered, nil
}

// streamConn gives its place back when it is closed. It knows nothing of the
// request, whose memory is free by then.
type streamConn struct {
	net.Conn
	place *limit.Place
}

// Close closes the connection.
func (c *streamConn) Close() error {
	c.place.Leave()
	return c.Conn.Close()
}
