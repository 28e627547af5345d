package mcp

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// session is a session of the handshake era over HTTP.
type session struct {
	selected *sdkServer
	calls    running
	touched  atomic.Int64 // when the SDK last saw a request of it, in Unix nanoseconds
}

// sessions are those that finished their handshake and live.
type sessions struct {
	byID sync.Map // string -> *session
}

func (s *sessions) find(id string) (*session, bool) {
	v, ok := s.byID.Load(id)
	if !ok {
		return nil, false
	}
	return v.(*session), true
}

// stdioReaderKey finds the reader of a stdio connection in a request's context.
type stdioReaderKey struct{}

// track learns from the requests that the SDK serves which sessions there are.
func (s *Server) track(o *sdkServer) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			res, err := next(ctx, method, req)
			ss, ok := req.GetSession().(*mcp.ServerSession)
			if !ok || err != nil {
				return res, err
			}
			if p, ok := ctx.Value(stdioReaderKey{}).(*stdioReader); ok {
				p.opened(ss.InitializeParams())
			} else if ss.ID() != "" {
				s.sessions.seen(ss, o, method, s.cfg.Log)
			}
			return res, nil
		}
	}
}

func (s *sessions) seen(ss *mcp.ServerSession, o *sdkServer, method string, log *slog.Logger) {
	now := time.Now().UnixNano()
	if known, ok := s.find(ss.ID()); ok {
		known.touched.Store(now)
		return
	}
	if method != methodInitialized || ss.InitializeParams() == nil || ss.InitializeParams().ProtocolVersion >= modernEra {
		return
	}
	added := &session{selected: o}
	added.touched.Store(now)
	s.byID.Store(ss.ID(), added)
	go atEnd(ss, log, func() { s.byID.Delete(ss.ID()) })
}

// atEnd waits for the end of a session, then does what is due. It is for a
// goroutine of its own.
func atEnd(ss *mcp.ServerSession, log *slog.Logger, due func()) {
	const doing = "wait for the end of a session"
	defer ratchet.Recover(doing, ratchet.Logged(log, doing))
	defer due()
	_ = ss.Wait() // however it ended, it is over
}
