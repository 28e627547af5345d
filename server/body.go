package server

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"ratchet/reply"
	"ratchet/server/auth"

	"ratchet"
)

// bodyLimits bound what a request may send and how slowly.
type bodyLimits struct {
	mcp     string // path of the MCP endpoint, which bounds its own time
	mcpSize int64
	size    int64
	timeout time.Duration
}

// body bounds the request's body. A body that is announced as too large is
// refused unread.
func (f *requestFilter) body(w http.ResponseWriter, r *http.Request) *ratchet.Error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	size, key := f.limits.size, "server.max_body_size"
	mcp := f.limits.mcp != "" && (r.URL.Path == f.limits.mcp || strings.HasPrefix(r.URL.Path, f.limits.mcp+"/"))
	if mcp {
		size, key = f.limits.mcpSize, "mcp.max_message_size"
	}
	if r.ContentLength > size {
		w.Header().Set("Connection", "close")
		return reply.TooLarge(size, key)
	}
	r.Body = http.MaxBytesReader(w, r.Body, size)
	if !mcp && f.limits.timeout > 0 {
		conn := http.NewResponseController(w)
		if conn.SetReadDeadline(time.Now().Add(f.limits.timeout)) == nil {
			r.Body = &timedBody{ReadCloser: r.Body, conn: conn}
		}
	}
	return nil
}

// timedBody lifts the deadline at the end of the body: answers may take long.
type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
	over bool
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) && !b.over {
		b.over = true
		_ = b.conn.SetReadDeadline(time.Time{}) // a connection that is gone needs none
	}
	return n, err
}

// boundReaders bounds the bodies of callers who may only read.
func (s *Server) boundReaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := auth.PrincipalOf(r.Context())
		if p.Role != ratchet.RoleAnonymous && p.Role != ratchet.RoleReadonly || r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		if r.ContentLength > reply.MaxReading {
			w.Header().Set("Connection", "close")
			s.deny(w, r, reply.TooLarge(reply.MaxReading, ""))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, reply.MaxReading)
		next.ServeHTTP(w, r)
	})
}
