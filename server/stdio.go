package server

import (
	"context"
	"errors"
	"io"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// ServeStdio speaks MCP on in and out, one message a line, until in ends or ctx
// does. Nothing else may be written to out. It closes neither.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	server, err := s.binding.narrow(nil)
	if err != nil {
		return err
	}
	reader := &endingReader{Reader: in}
	err = server.Run(ctx, &mcp.IOTransport{
		Reader: reader, Writer: keepOpen{out}, MaxLineLength: int(s.cfg.MCP.MaxMessageSize),
	})
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// endingReader is a reader whose Close ends reading, as far as the underlying
// reader can be closed.
type endingReader struct {
	io.Reader
}

// Close closes the reader when it can be.
func (r *endingReader) Close() error {
	if c, ok := r.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// keepOpen is a writer that is not closed.
type keepOpen struct {
	io.Writer
}

// Close does nothing.
func (keepOpen) Close() error { return nil }
