package server

import (
	"context"
	"io"

	"ratchet/registry"
)

// ServeStdio speaks MCP on in and out, one message a line, until in ends or ctx
// does; then it drains. Nothing else may be written to out. It closes in, when
// in can be closed, to stop reading, and never out.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	return s.mcp.ServeStdio(ctx, in, out)
}

// ServeSession is ServeStdio with a selection of its own from all tools, which
// the server's does not narrow: it belongs to the process that attached.
func (s *Server) ServeSession(ctx context.Context, selection registry.Selection, in io.Reader, out io.Writer) error {
	return s.mcp.ServeSession(ctx, selection, in, out)
}
