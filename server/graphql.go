package server

import (
	"context"
	"net/http"
	"slices"

	"ratchet"
	"ratchet/adapters/graphql"
	"ratchet/adapters/rest"
	"ratchet/server/auth"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/logging"
)

// openGraphQL makes the surface /graphql, which offers every tool: permission
// decides.
func (s *Server) openGraphQL() {
	if s.cfg.GraphQL.Enabled {
		s.graphql = &lazy[*graphql.Handler]{make: s.makeGraphQL}
	}
}

func (s *Server) makeGraphQL() (*graphql.Handler, error) {
	cfg := s.cfg.GraphQL
	return graphql.New(graphql.Config{
		Registry: s.registry.Whole(), Deps: s.deps, Version: s.version, Log: logging.For(s.log, logging.GraphQL),
		Principal:     func(r *http.Request) ratchet.Principal { return auth.PrincipalOf(r.Context()) },
		Authenticate:  s.byToken,
		Introspection: cfg.Introspection, Playground: cfg.Playground,
		AdminOnly: !config.Loopback(s.cfg.Server.BindAddress),
		Origins:   slices.Concat(s.cfg.Server.CORS.AllowedOrigins, s.cfg.Server.CORS.WriteOrigins),
		Limits: graphql.Limits{
			Depth: cfg.MaxDepth, Complexity: cfg.MaxComplexity, Aliases: cfg.MaxAliases, Tokens: cfg.MaxTokens,
			Connections: s.cfg.Server.MaxStreams, // those of other surfaces are counted before
		},
	})
}

// mountGraphQL serves it.
func (s *Server) mountGraphQL(mux *http.ServeMux) {
	if s.graphql == nil {
		return
	}
	mux.Handle("/graphql", serveLazy(s, s.graphql, func(h *graphql.Handler) http.Handler { return h }))
	if s.cfg.GraphQL.Playground {
		page := serveLazy(s, s.graphql, (*graphql.Handler).Playground)
		mux.Handle("GET /playground", page)
		mux.Handle("GET /playground/", page)
	}
}

// endStreams ends what would keep connections open.
func (s *Server) endStreams() {
	s.rest.close((*rest.Handler).Close)
	s.graphql.close((*graphql.Handler).Close)
}

// byToken is who brings the token of a WebSocket's first message: an API key
// or a bearer token. Without a store it is who opened the WebSocket.
func (s *Server) byToken(ctx context.Context, token string) (ratchet.Principal, error) {
	if s.auth == nil {
		return auth.PrincipalOf(ctx), nil
	}
	c := auth.FromHeader(http.Header{"Authorization": {"Bearer " + token}})
	opener := auth.PrincipalOf(ctx)
	c.IP = opener.IP
	p, err := s.auth.Authenticate(ctx, c)
	if err == nil && p.Open() {
		return opener, nil // who needs no login is who opened the WebSocket, perhaps a web page
	}
	if place := limit.PlaceFrom(ctx); err == nil && place != nil { // counted by the address until now
		err = place.Move(p)
	}
	return p, err
}
