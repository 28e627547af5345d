package server

import (
	"net/http"

	"ratchet"
	"ratchet/adapters/rest"
	"ratchet/server/auth"
	"ratchet/server/logging"
)

// openREST makes the surface /api/v1, which offers every tool: permission
// decides.
func (s *Server) openREST() {
	if s.cfg.REST.Enabled {
		s.rest = &lazy[*rest.Handler]{make: s.makeREST}
	}
}

func (s *Server) makeREST() (*rest.Handler, error) {
	cfg := rest.Config{
		Registry: s.registry.Whole(), Deps: s.deps, Log: logging.For(s.log, logging.REST),
		Principal: func(r *http.Request) ratchet.Principal { return auth.PrincipalOf(r.Context()) },
	}
	if s.audit != nil {
		cfg.Sent = s.audit.ReadBytes
	}
	return rest.New(cfg)
}

// mountREST serves it. What others serve below /api/v1 is more specific.
func (s *Server) mountREST(mux *http.ServeMux) {
	if s.rest != nil {
		mux.Handle(rest.Prefix+"/", serveLazy(s, s.rest, func(h *rest.Handler) http.Handler { return h }))
	}
}
