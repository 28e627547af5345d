package graphql

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	coder "github.com/coder/websocket"

	"ratchet"
)

// subprotocol is the only one taken.
const subprotocol = "graphql-transport-ws"

// socketWrite is how long a client may take to read one message.
const socketWrite = 10 * time.Second

// websocket is the transport for subscriptions, and other operations, over
// WebSockets.
func (h *Handler) websocket() transport.Websocket {
	most := int64(h.cfg.Limits.DocumentBytes) * 16
	return transport.Websocket{
		Implementation: accepting{h.cfg.Limits.InitTimeout}, InitFunc: h.initSocket,
		PingPongInterval: h.cfg.Limits.KeepAlive, PayloadReadLimit: &most,
	}
}

// forbidden is how graphql-transport-ws closes a connection whose first message
// is refused. Clients connect again after the ordinary code.
const forbidden = 4403

// initSocket authenticates a connection by its first message.
func (h *Handler) initSocket(ctx context.Context, p transport.InitPayload) (context.Context, *transport.InitPayload, error) {
	c := callFrom(ctx)
	if token := tokenOf(p); token != "" && h.cfg.Authenticate != nil {
		principal, err := h.cfg.Authenticate(ctx, token)
		if err != nil {
			known := ratchet.AsError(err)
			ctx = transport.WithWebsocketCloseCode(transport.AppendCloseReason(ctx, known.Message), forbidden)
			return ctx, nil, errors.New(known.Message)
		}
		principal.IP = c.principal.IP
		c.principal = principal
	}
	if c.principal.Role == "" || c.principal.Role == ratchet.RoleAnonymous { // nothing more of the connection is read
		const why = "authentication required: send an API key or token in connection_init"
		return transport.WithWebsocketCloseCode(transport.AppendCloseReason(ctx, why), forbidden), nil, errors.New(why)
	}
	c.socket = &socket{}
	ctx, cancel := context.WithCancel(withCall(ctx, c))
	context.AfterFunc(h.life, cancel)
	return ctx, nil, nil
}

// tokenOf is the token of a connection_init message: Authorization, token,
// apiKey or X-API-Key.
func tokenOf(p transport.InitPayload) string {
	if token := p.Authorization(); token != "" {
		for _, scheme := range []string{"Bearer ", "bearer ", "ApiKey "} {
			token = strings.TrimPrefix(token, scheme)
		}
		return token
	}
	for _, key := range []string{"token", "apiKey", "X-API-Key", "x-api-key"} {
		if token := p.GetString(key); token != "" {
			return token
		}
	}
	return ""
}

// socket counts the operations of one WebSocket. A nil socket counts nothing.
type socket struct{ open atomic.Int64 }

func (s *socket) enter(most int) bool {
	if s == nil {
		return true
	}
	if s.open.Add(1) > int64(most) {
		s.open.Add(-1)
		return false
	}
	return true
}

func (s *socket) leave() {
	if s != nil {
		s.open.Add(-1)
	}
}

// accepting opens WebSockets for the transport. Its connections give up on
// clients that do not read.
type accepting struct{ patience time.Duration } // for connection_init

// Accept implements transport.WebsocketImplementation.
func (a accepting) Accept(w http.ResponseWriter, r *http.Request, _ transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := coder.Accept(w, r, &coder.AcceptOptions{
		Subprotocols: []string{subprotocol}, InsecureSkipVerify: true, // acceptableSocket has looked at the origin
	})
	if err != nil {
		return nil, fmt.Errorf("accept a WebSocket: %w", err)
	}
	c := &socketConn{conn: conn, talk: wsSession{open: map[string]string{}}}
	c.late = time.AfterFunc(a.patience, ratchet.Guard("end a WebSocket", func(error) { _ = conn.CloseNow() }, c.tooLate))
	return c, nil
}

// socketConn is one WebSocket as the transport wants it.
type socketConn struct {
	conn *coder.Conn
	talk wsSession
	late *time.Timer // ends the connection unless connection_init comes

	mu       sync.Mutex
	deadline *time.Timer
	closing  chan struct{} // closed when the goodbye was said; nil before
}

var (
	_ transport.WebsocketConn          = (*socketConn)(nil)
	_ transport.WebsocketReadLimiter   = (*socketConn)(nil)
	_ transport.WebsocketReadDeadliner = (*socketConn)(nil)
)

// Subprotocol is what was agreed on.
func (c *socketConn) Subprotocol() string { return c.conn.Subprotocol() }

// SetReadLimit bounds the size of a message.
func (c *socketConn) SetReadLimit(n int64) { c.conn.SetReadLimit(n) }

// NextReader waits for a message.
func (c *socketConn) NextReader() (int, io.Reader, error) {
	for {
		kind, data, err := c.conn.Read(context.Background()) // ended by Close
		switch coder.CloseStatus(err) {
		case coder.StatusNormalClosure, coder.StatusNoStatusRcvd, coder.StatusGoingAway:
			return int(kind), nil, transport.ErrWebsocketClosed
		}
		if err != nil {
			return int(kind), nil, err
		}
		pass, fault := c.talk.receive(kind == coder.MessageText, data)
		if fault != nil {
			_ = c.WriteClose(fault.code, fault.reason)
			return int(kind), nil, transport.ErrWebsocketClosed
		}
		if c.talk.begun() {
			c.late.Stop()
		}
		if pass != nil {
			return int(kind), bytes.NewReader(pass), nil
		}
	}
}

// tooLate ends a connection whose client did not say hello in time.
func (c *socketConn) tooLate() {
	if !c.talk.begun() {
		_ = c.WriteClose(closeLate, "Connection initialisation timeout")
	}
}

// WriteJSON sends a message.
func (c *socketConn) WriteJSON(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if data = c.talk.say(data); data == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), socketWrite)
	defer cancel()
	return c.conn.Write(ctx, coder.MessageText, data)
}

// WriteClose says goodbye. It does not wait for the client to do so too.
func (c *socketConn) WriteClose(code int, reason string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing != nil {
		return nil
	}
	c.closing = make(chan struct{})
	if len(reason) > 120 { // a close frame has no room for more
		reason = strings.ToValidUTF8(reason[:120], "")
	}
	go func(done chan struct{}) {
		defer close(done)
		defer ratchet.Recover("close a WebSocket", func(error) {}) // it counts as closed
		_ = c.conn.Close(coder.StatusCode(code), reason)           // the connection is gone either way
	}(c.closing)
	return nil
}

// Close ends the connection, after the goodbye when one is being said.
func (c *socketConn) Close() error {
	_ = c.SetReadDeadline(time.Time{})
	c.late.Stop()
	c.mu.Lock()
	closing := c.closing
	c.mu.Unlock()
	if closing != nil {
		<-closing
		return nil
	}
	return c.conn.CloseNow()
}

// SetReadDeadline ends the connection at t unless it is moved; zero = never.
func (c *socketConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline != nil {
		c.deadline.Stop()
		c.deadline = nil
	}
	if !t.IsZero() {
		c.deadline = time.AfterFunc(time.Until(t), func() { _ = c.conn.CloseNow() })
	}
	return nil
}
