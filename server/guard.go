package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"ratchet"
)

const headerRequestID = "X-Request-Id"

var goodRequestID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// guard is what every request passes: request id, recover, access log, Host
// and Origin checks, body cap.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := r.Header.Get(headerRequestID)
		if !goodRequestID.MatchString(id) {
			id = newRequestID()
			r.Header.Set(headerRequestID, id)
		}
		if s.cfg.Server.EnableRequestID {
			w.Header().Set(headerRequestID, id)
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		seen := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // a panic's value, not an error that may be wrapped
				s.log.Error("panic in a request", "request_id", id, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if seen.status == 0 {
					refuse(seen, ratchet.AsError(fmt.Errorf("panic: %v", p)), id)
				}
			}
			s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", seen.status,
				"bytes", seen.bytes, "ms", time.Since(started).Milliseconds(), "request_id", id)
		}()
		if err := s.admit(seen, r); err != nil {
			refuse(seen, err, id)
			return
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			preflight(seen)
			return
		}
		r.Body = http.MaxBytesReader(seen, r.Body, int64(s.cfg.MCP.MaxMessageSize))
		next.ServeHTTP(seen, r)
	})
}

// admit refuses requests that a web page of somebody else made: a foreign Host
// header on loopback, or an Origin that is not allowed.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) *ratchet.Error {
	if !isLoopbackHost(r.Host) {
		return ratchet.Errorf(ratchet.CodeDenied, "the Host header names another machine").
			WithHint("use http://127.0.0.1 or http://localhost with the server's port")
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	if origin != "http://"+r.Host && !slices.Contains(s.cfg.Server.CORS.AllowedOrigins, origin) {
		return ratchet.Errorf(ratchet.CodeDenied, "pages of this origin may not call the server").
			WithHint("add the origin to server.cors.allowed_origins")
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "X-Request-ID, Mcp-Session-Id")
	if r.ContentLength > int64(s.cfg.MCP.MaxMessageSize) {
		return tooLarge(int64(s.cfg.MCP.MaxMessageSize))
	}
	return nil
}

func tooLarge(limit int64) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeTooLarge, "the request body is larger than %d bytes", limit).
		WithHint("send less, or raise mcp.max_message_size")
}

func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "content-type, authorization, accept, x-requested-with, x-api-key, x-request-id, "+
		"idempotency-key, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id")
	h.Set("Access-Control-Max-Age", "3600")
	w.WriteHeader(http.StatusNoContent)
}

// isLoopbackHost says whether a Host header names this machine itself.
func isLoopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// refuse answers an HTTP request with an error.
func refuse(w http.ResponseWriter, err error, id string) {
	answer(w, ratchet.CodeOf(err).HTTPStatus(), map[string]any{"error": ratchet.Body(err, id)})
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts bytes.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what was written, for streams.
func (w *statusWriter) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
