package server

import (
	"net/http"
	"sync"

	"ratchet/adapters/openapi"
	"ratchet/reply"
)

// mountDocs serves the description of the HTTP surface and its page. It is
// written when it is first asked for: most servers are never asked.
func (s *Server) mountDocs(mux *http.ServeMux) {
	described := sync.OnceValues(func() (*openapi.Handler, error) { return openapi.New(s.described(mux)) })
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		docs, err := described()
		if err != nil {
			s.access.Error("cannot describe the HTTP surface", "error", err)
			reply.Error(w, r, s.deps.Now(), err)
			return
		}
		docs.ServeHTTP(w, r)
	})
	mux.Handle("GET /api-docs/", h)
	mux.Handle("GET /docs", h)
	mux.Handle("GET /docs/", h)
}

// described is what this server serves over HTTP, all of which mux has.
func (s *Server) described(mux *http.ServeMux) openapi.Config {
	return openapi.Config{
		Tools: s.registry.Whole(), Version: s.version, Operations: s.operations(mux),
		Auth: openapi.Auth{Required: s.cfg.RequiresLogin(), Issuer: s.cfg.Auth.OIDC.Issuer},
	}
}
