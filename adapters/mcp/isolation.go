package mcp

import (
	"context"
	"maps"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// addIsolation adds the level that runs reach to what clients read about the
// server, once a worker told it: a client must not wait for one to start.
func (s *Server) addIsolation(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		res, err := next(ctx, method, req)
		level := s.cfg.Isolation()
		if err != nil || level == "" {
			return res, err
		}
		said := " Isolation of runs: " + level + "."
		switch r := res.(type) {
		case *mcp.InitializeResult:
			about := *r.ServerInfo
			about.Description += said
			r.ServerInfo = &about
			r.Instructions += said
		case *mcp.DiscoverResult:
			r.Instructions += said
			if about, ok := r.Meta[mcp.MetaKeyServerInfo].(*mcp.Implementation); ok {
				mine := *about
				mine.Description += said
				r.Meta = maps.Clone(r.Meta)
				r.Meta[mcp.MetaKeyServerInfo] = &mine
			}
		}
		return res, nil
	}
}
