package server

import (
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"ratchet/adapters/mcp"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/audit"
	"ratchet/server/limit"
)

var goodRequestID = regexp.MustCompile(`^[A-Za-z0-9._:-]+$`)

const maxRequestID = 128

// middleware is what every request passes: request id, recover, access log, the
// address behind a proxy, security headers, shape, Host and Origin checks,
// limits of unknown callers, and bounds on the body.
func (s *Server) middleware(next http.Handler) http.Handler {
	next = s.identifyPages(s.limiter.LimitAuthenticated(s.streaming(s.boundReaders(next)), s.deny))
	if s.authenticate != nil { // between the two: the first limits unauthenticated callers, the second authenticated ones
		next = s.authenticate(next)
	}
	next = s.limiter.Wrap(next, s.deny)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := r.Header.Get(reply.HeaderRequestID)
		if len(id) > maxRequestID || !goodRequestID.MatchString(id) {
			id = reply.NewRequestID()
			r.Header.Set(reply.HeaderRequestID, id)
		}
		if s.settings.Current().Server.EnableRequestID {
			w.Header().Set(reply.HeaderRequestID, id)
		}
		s.filter.proxy(r)
		s.filter.headers(w.Header(), r)
		ctx, ticket := limit.Begin(reply.WithRequestID(r.Context(), id))
		r = r.WithContext(ctx)
		r, span := s.traced(r, id)
		seen := &statusWriter{ResponseWriter: w, ticket: ticket}
		if !s.pacesItself(r) {
			seen.patience = s.cfg.Server.WriteTimeout
			defer seen.wait() // what is left to send has its time too
		}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // a panic's value, not an error that may be wrapped
				s.access.ErrorContext(r.Context(), "panic in a request", "request_id", id, "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if seen.status == 0 {
					s.deny(seen, r, ratchet.AsError(fmt.Errorf("panic: %v", p)))
				}
			}
			s.accessed(r, seen, ticket.Principal().Name, id, time.Since(started))
			span.EndRequest(r.Method, seen.route, seen.status)
			if s.audit != nil {
				s.audit.ReadBytes(ctx, ticket.Principal(), seen.bytes)
			}
		}()
		if err := s.filter.admit(seen, r); err != nil {
			s.violated(r, err)
			s.deny(seen, r, err)
			return
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			s.filter.preflight(seen)
			return
		}
		if err := s.filter.body(seen, r); err != nil {
			s.deny(seen, r, err)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

// violated records a request that no honest client makes.
func (s *Server) violated(r *http.Request, err *ratchet.Error) {
	if s.audit == nil {
		return
	}
	s.audit.Note(r.Context(), audit.Entry{
		Type: audit.Violation, Via: "none", IP: limit.Address(r), Surface: "http", Operation: r.Method + " " + r.URL.Path,
		Outcome: audit.Denied, Code: err.Code.Wire(), Message: err.Message, RequestID: r.Header.Get(reply.HeaderRequestID),
		Details: map[string]any{"host": r.Host, "origin": r.Header.Get("Origin")},
	})
}

// deny answers with an error in the form of the surface that was asked.
func (s *Server) deny(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case s.cfg.MCP.Enabled && r.URL.Path == s.cfg.MCP.Endpoint:
		mcp.Deny(w, err, r.Header.Get(reply.HeaderRequestID))
	case !strings.HasPrefix(r.URL.Path, "/api/") && wantsPage(r):
		limit.RetryAfter(w.Header(), err)
		s.denyPage(w, r, err)
	default:
		reply.Error(w, r, s.deps.Now(), err)
	}
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	ticket *limit.Ticket
	route  string // pattern that the request matched; empty = none
	status int
	bytes  int64

	patience time.Duration // longest wait for the client to take a piece; 0 = whoever writes decides
}

// wait gives the client time to take what is written next.
func (w *statusWriter) wait() {
	if w.patience > 0 {
		_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.patience)) // recorders in tests have none
	}
}

// WriteHeader remembers the status and adds what is left of the client's rate.
func (w *statusWriter) WriteHeader(status int) {
	w.wait()
	if w.status == 0 && status >= 200 {
		w.status = status
		w.ticket.Describe(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts bytes.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.wait()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what was written, for streams.
func (w *statusWriter) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
