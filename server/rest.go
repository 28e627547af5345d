package server

import (
	"net/http"

	"ratchet"
	"ratchet/adapters/rest"
)

// openREST makes the surface /api/v1, which offers every tool: permission
// decides.
func (s *Server) openREST() error {
	if !s.cfg.REST.Enabled {
		return nil
	}
	h, err := rest.New(rest.Config{
		Registry: s.registry.Whole(), Deps: s.deps, Log: s.log,
		Principal: func(r *http.Request) ratchet.Principal { return principalOf(r.Context()) },
	})
	if err != nil {
		return err
	}
	s.rest = h
	return nil
}

// mountREST serves it. What others serve below /api/v1 is more specific.
func (s *Server) mountREST(mux *http.ServeMux) {
	if s.rest != nil {
		mux.Handle(rest.Prefix+"/", s.rest)
	}
}
