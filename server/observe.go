package server

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/auth"
	"ratchet/server/metrics"
)

// openMetrics begins to count. Its gate comes first, so that it sees what the
// others refuse.
func (s *Server) openMetrics() {
	cfg := metrics.Config{
		Version: s.version, Store: s.deps.Store, Bus: s.deps.Bus, Tools: s.registry,
		Caller: func(r *http.Request) ratchet.Principal { return auth.PrincipalOf(r.Context()) },
	}
	if pool := s.deps.Pool; pool != nil {
		cfg.Workers = pool.Workers
	}
	s.metrics = metrics.New(cfg)
	s.deps.Gates = append(s.deps.Gates, s.metrics.Gate())
	s.closers = slices.Insert(s.closers, 0, func(context.Context) error { s.metrics.Close(); return nil })
}

// onlyReaders refuses callers who may not even read, where callers must say
// who they are.
func (s *Server) onlyReaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := auth.PrincipalOf(r.Context()); p.Role == ratchet.RoleAnonymous {
			w.Header().Set("WWW-Authenticate", `Bearer realm="ratchet"`)
			reply.Error(w, r, s.deps.Now(), ratchet.Errorf(ratchet.CodeUnauthenticated, "authentication required to see the internals of the server").
				WithHint("send an API key in X-API-Key, or a token in Authorization: Bearer"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// onlyUnscoped refuses callers with a scope that leaves the tool out which
// tells the same: how many runs wait is a count over all tasks.
func (s *Server) onlyUnscoped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := auth.PrincipalOf(r.Context())
		if !p.Scope.Empty() {
			if err := registry.PermitAny(p, s.registry, ratchet.ToolSystemHealth); err != nil {
				reply.Error(w, r, s.deps.Now(), err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// noteRoute tells the statusWriter which pattern a request matched, without
// its method. The request that next sees may be a copy of the one that came.
func noteRoute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			_, route, ok := strings.Cut(r.Pattern, " ")
			if !ok {
				route = r.Pattern
			}
			for at := w; at != nil; {
				if seen, ok := at.(*statusWriter); ok {
					seen.route = route
					return
				}
				inner, ok := at.(interface{ Unwrap() http.ResponseWriter })
				if !ok {
					return
				}
				at = inner.Unwrap()
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// accessed counts an answered request and writes it to the access log: never
// its query or headers, which may hold secrets.
func (s *Server) accessed(r *http.Request, seen *statusWriter, principal, id string, took time.Duration) {
	s.metrics.Request(r.Method, seen.route, seen.status, took)
	level := slog.LevelDebug
	if s.settings.Current().Logging.Access {
		level = slog.LevelInfo
	}
	if !s.access.Enabled(r.Context(), level) {
		return // the attributes below use memory
	}
	s.access.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.String("route", seen.route), slog.Int("status", seen.status), slog.Int64("bytes", seen.bytes),
		slog.Int64("ms", took.Milliseconds()), slog.String("principal", principal), slog.String("request_id", id))
}
