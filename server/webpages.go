package server

import (
	"net/http"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/auth"
)

// identifyPages tells web pages of other origins from the machine's owner where nobody
// has to say who they are.
func (s *Server) identifyPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := auth.PrincipalOf(r.Context()); p.Open() && !s.filter.mayWrite(r) {
			p = ratchet.WebPage(strings.ToLower(r.Header.Get("Origin")), p.IP)
			ctx := auth.WithPrincipal(r.Context(), p)
			r = r.WithContext(registry.WithCaller(ctx, registry.Caller{Principal: p.ID, Identity: p}))
		}
		next.ServeHTTP(w, r)
	})
}
