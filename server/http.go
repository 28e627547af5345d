package server

import (
	"cmp"
	"net/http"
	"time"

	"ratchet"
	"ratchet/adapters/mcp"
	"ratchet/adapters/rest"
	"ratchet/endpoint"
	"ratchet/reply"
)

// Handler is everything the main listener serves.
func (s *Server) Handler() http.Handler { return s.middleware(noteRoute(s.withNotFound(s.routes()))) }

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	list := s.endpoints()
	endpoint.Mount(mux, list...)
	for _, e := range list {
		if e.Path == "/docs" {
			mux.Handle("GET /docs/", e.Handler) // what the page needs
		}
	}
	if s.cfg.MCP.Enabled && !s.cfg.MCP.SeparateListener {
		s.mountMCP(mux)
	}
	s.mountREST(mux)
	if s.auth != nil {
		s.auth.Mount(mux, apiPrefix)
	}
	s.mountGraphQL(mux)
	return mux
}

// mcpHandler is what the separate listener serves.
func (s *Server) mcpHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", s.live)
	mux.HandleFunc("GET /ready", s.ready)
	endpoint.Mount(mux, s.mcpEndpoints()...)
	s.mountMCP(mux)
	return s.middleware(noteRoute(s.withNotFound(mux)))
}

func (s *Server) mountMCP(mux *http.ServeMux) {
	path := s.cfg.MCP.Endpoint
	mux.Handle(path, s.mcpHTTP)
	mux.HandleFunc(path+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		target := path
		query := r.URL.Query()
		query.Del("api_key") // is not for repeating: who sends it sends it to the right address
		if len(query) > 0 {
			target += "?" + query.Encode()
		}
		http.Redirect(w, r, target, http.StatusPermanentRedirect)
	})
}

// index says what the server is and offers: people a page, programs JSON.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	if wantsPage(r) {
		s.home(w, r)
		return
	}
	w.Header().Add("Vary", "Accept")
	endpoints := map[string]string{"health": "/health", "health_detailed": "/health/detailed", "live": "/live", "ready": "/ready", "metrics": "/metrics", "docs": "/docs", "openapi": "/api-docs/openapi.json"}
	if s.cfg.MCP.Enabled && !s.cfg.MCP.SeparateListener {
		endpoints["mcp"] = s.cfg.MCP.Endpoint
		endpoints["mcp_health"] = s.cfg.MCP.Endpoint + "/health"
		endpoints["mcp_card"] = s.cfg.MCP.Endpoint + cardPath
	}
	if s.rest != nil {
		endpoints["rest"] = rest.Prefix
	}
	if s.graphql != nil {
		endpoints["graphql"] = "/graphql"
	}
	reply.JSON(w, http.StatusOK, map[string]any{
		"service": "ratchet", "version": s.version, "status": s.state(), "isolation": cmp.Or(s.isolation(), "unknown"), "endpoints": endpoints,
	})
}

func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, map[string]any{"status": "live"})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	part, cause := s.notReady(r.Context())
	if part == "" {
		reply.JSON(w, http.StatusOK, map[string]any{"status": "ready"})
		return
	}
	reply.JSON(w, http.StatusServiceUnavailable, unready("not ready", part, cause))
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	told, code := map[string]any{"status": "healthy"}, http.StatusOK
	if part, cause := s.notReady(r.Context()); part != "" {
		told, code = unready("unhealthy", part, cause), http.StatusServiceUnavailable
	}
	told["timestamp"], told["version"] = s.deps.Now().UTC().Format(ratchet.TimeFormat), s.version
	reply.JSON(w, code, told)
}

// unready says which part does not work, and why when that is known.
func unready(status, part, cause string) map[string]any {
	told := map[string]any{"status": status, "reason": part}
	if cause != "" {
		told["cause"] = cause
	}
	return told
}

func (s *Server) mcpHealth(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, map[string]any{
		"status": "healthy", "transport": "streamable-http", "endpoint": s.cfg.MCP.Endpoint,
		"capacity": s.cfg.MCP.MaxConnections, "active": s.mcp.Connected(), "calls": s.limiter.Active(),
		"session_timeout_minutes": int(s.cfg.MCP.SessionTimeout / time.Minute),
		"protocol_versions":       mcp.Versions(),
	})
}
