package server

import (
	"context"
	"net/http"

	"ratchet"
	"ratchet/adapters/graphql"
	"ratchet/server/auth"
	"ratchet/server/config"
)

// openGraphQL makes the surface /graphql, which offers every tool: permission
// decides.
func (s *Server) openGraphQL() error {
	cfg := s.cfg.GraphQL
	if !cfg.Enabled {
		return nil
	}
	h, err := graphql.New(graphql.Config{
		Registry: s.registry.Whole(), Deps: s.deps, Version: s.version,
		Principal:     func(r *http.Request) ratchet.Principal { return principalOf(r.Context()) },
		Authenticate:  s.byToken,
		Introspection: cfg.Introspection, Playground: cfg.Playground,
		AdminOnly: !config.Loopback(s.cfg.Server.BindAddress),
		Origins:   s.cfg.Server.CORS.AllowedOrigins,
		Limits:    graphql.Limits{Depth: cfg.MaxDepth, Complexity: cfg.MaxComplexity, Aliases: cfg.MaxAliases, Tokens: cfg.MaxTokens},
	})
	if err != nil {
		return err
	}
	s.graphql = h
	return nil
}

// mountGraphQL serves it.
func (s *Server) mountGraphQL(mux *http.ServeMux) {
	if s.graphql == nil {
		return
	}
	mux.Handle("/graphql", s.graphql)
	if s.cfg.GraphQL.Playground {
		mux.Handle("GET /playground", s.graphql.Playground())
		mux.Handle("GET /playground/", s.graphql.Playground())
	}
}

// endStreams ends what would keep connections open.
func (s *Server) endStreams() {
	if s.rest != nil {
		s.rest.Close()
	}
	if s.graphql != nil {
		s.graphql.Close()
	}
}

// byToken is who brings the token of a WebSocket's first message: an API key
// or a bearer token. Without a store it is who opened the WebSocket.
func (s *Server) byToken(ctx context.Context, token string) (ratchet.Principal, error) {
	if s.auth == nil {
		return principalOf(ctx), nil
	}
	c := auth.FromHeader(http.Header{"Authorization": {"Bearer " + token}})
	c.IP = principalOf(ctx).IP
	return s.auth.Authenticate(ctx, c)
}

// principalOf is who sends the request of ctx: the machine's owner where
// nobody has to say who they are.
func principalOf(ctx context.Context) ratchet.Principal {
	if p, ok := auth.FromContext(ctx); ok {
		return p
	}
	return ratchet.Local()
}
