package mcp

import (
	"context"
	"errors"
	"io"
	"sync"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// ServeStdio speaks MCP on in and out, one message a line, until in ends or ctx
// does; then it drains. Nothing else may be written to out. It closes in, when
// in can be closed, to stop reading, and never out.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	selected, err := s.narrow(nil, ratchet.Local())
	if err != nil {
		return err
	}
	return s.serveLines(ctx, selected, in, out)
}

// ServeSession is ServeStdio with a selection of its own from all tools, which
// the server's does not narrow: it belongs to the process that attached.
func (s *Server) ServeSession(ctx context.Context, selection registry.Selection, in io.Reader, out io.Writer) error {
	selected, err := s.choose(selection)
	if err != nil {
		return err
	}
	return s.serveLines(ctx, selected, in, out)
}

func (s *Server) serveLines(ctx context.Context, selected *sdkServer, in io.Reader, out io.Writer) error {
	theirs, ours := io.Pipe()
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	p := &stdioReader{server: s, selected: selected, in: in, sdk: ours, out: &lockedWriter{w: out}, limit: s.cfg.MaxMessage}
	p.start(run)
	ended := make(chan struct{})
	go func() { // ctx ends the taking of calls at once, and those that run after a while
		defer ratchet.Recover("drain a session", func(err error) {
			ratchet.Logged(s.cfg.Log, "drain a session")(err)
			stop()
		})
		select {
		case <-ctx.Done():
			p.drain()
			wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.DrainTimeout)
			s.cfg.AwaitCalls(wait)
			p.answered(wait)
			cancel()
			stop()
		case <-ended:
		}
	}()
	// The stdioReader bounds lines; the SDK's bound would end the connection.
	err := selected.server.Run(context.WithValue(run, stdioReaderKey{}, p), &mcp.IOTransport{Reader: theirs, Writer: sdkWriter{p.out, run.Err, &p.unwanted}, MaxLineLength: -1})
	p.drain() // a line that is still read is not taken
	close(ended)
	stop()
	_ = theirs.Close() // lines that still come have no reader
	if c, ok := in.(io.Closer); ok {
		_ = c.Close()
	}
	p.wait()
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// sdkWriter takes the SDK's lines, one a Write.
type sdkWriter struct {
	*lockedWriter
	ended    func() error // not nil once the connection is over
	unwanted *unwanted
}

// Write passes a line on as spoken has it. A request that its client cancelled
// gets no answer.
func (w sdkWriter) Write(p []byte) (int, error) {
	line, code := restoreID(p)
	if code == codeCancelled && (w.ended() == nil || w.unwanted.has(line)) {
		return len(p), nil
	}
	if _, err := w.lockedWriter.Write(line); err != nil {
		return 0, err
	}
	return len(p), nil
}

// lockedWriter writes whole lines for many goroutines. Close does nothing.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes one or more whole lines.
func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Close leaves the underlying writer open.
func (*lockedWriter) Close() error { return nil }
