package wire

import (
	"errors"
	"net"
	"sync/atomic"
)

// Listen returns a listener whose connections are checked.
func Listen(l net.Listener) net.Listener { return &listener{l} }

type listener struct{ net.Listener }

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// conn follows what comes in. Reads are made by one goroutine at a time.
type conn struct {
	net.Conn
	shape    follower
	refused  bool
	upgraded atomic.Bool // the server answered 101: what comes is no HTTP any more
}

var errRefused = errors.New("the request is not well-formed HTTP/1.1")

// Read implements net.Conn. Bytes of a bad shape are not handed on: the error
// makes net/http answer 400 where it waits for a request, and ends the
// connection in any case.
func (c *conn) Read(p []byte) (int, error) {
	if c.refused {
		return 0, errRefused
	}
	n, err := c.Conn.Read(p)
	if n > 0 && !c.upgraded.Load() && !c.shape.parse(p[:n]) {
		c.refused = true
		return 0, errRefused
	}
	return n, err
}

// Write implements net.Conn. It watches for the answer to an upgrade.
func (c *conn) Write(p []byte) (int, error) {
	if !c.upgraded.Load() && len(p) >= 12 && string(p[:12]) == "HTTP/1.1 101" {
		c.upgraded.Store(true)
	}
	return c.Conn.Write(p)
}
