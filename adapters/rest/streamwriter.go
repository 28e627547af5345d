package rest

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"ratchet"
)

// streamWriter is where a stream goes. It is used by one goroutine at a time.
type streamWriter interface {
	// send writes p at once; a client who does not take it within the time is gone.
	send(p []byte, within time.Duration) error
	// left is closed when the client has left.
	left() <-chan struct{}
}

// answering writes through the HTTP server, whose handler must not return
// before the end.
type answering struct {
	w   http.ResponseWriter
	out *http.ResponseController
	r   *http.Request
}

func (a *answering) send(p []byte, within time.Duration) error {
	_ = a.out.SetWriteDeadline(time.Now().Add(within)) // recorders in tests have none
	if _, err := a.w.Write(p); err != nil {
		return err
	}
	return a.out.Flush()
}

func (a *answering) left() <-chan struct{} { return a.r.Context().Done() }

// taken writes to a connection that was taken over from the HTTP server in the
// middle of an answer in chunks (RFC 9112, section 7.1). A connection in the
// server's hands keeps its buffers, the request and the stack of its handlers
// for as long as the stream is open: three times what is needed for waiting.
type taken struct {
	conn net.Conn
	gone chan struct{}
	over sync.WaitGroup // the goroutine that looks whether the client has left
	sent func(int64)    // is called with the bytes that went out
}

// takeOver takes the connection behind an answer that was begun. It returns
// false where that cannot be: the answer goes on through the server.
func takeOver(w http.ResponseWriter, r *http.Request, sent func(int64)) (*taken, bool) {
	if r.ProtoMajor != 1 || r.ProtoMinor == 0 { // HTTP/2 shares its connection, HTTP/1.0 knows no chunks
		return nil, false
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, false
	}
	t := &taken{conn: conn, gone: make(chan struct{}), sent: sent}
	t.over.Go(t.watch)
	return t, true
}

// watch waits for the client to leave. A reader of events has nothing to say;
// what it says is not looked at.
func (t *taken) watch() {
	defer close(t.gone)
	defer ratchet.Recover("wait for a client to leave", func(error) {}) // it counts as gone
	said := make([]byte, 16)
	for {
		if _, err := t.conn.Read(said); err != nil {
			return
		}
	}
}

func (t *taken) send(p []byte, within time.Duration) error {
	if len(p) == 0 {
		return nil // an empty chunk is the end
	}
	chunk := make([]byte, 0, len(p)+16)
	chunk = append(strconv.AppendInt(chunk, int64(len(p)), 16), "\r\n"...)
	chunk = append(append(chunk, p...), "\r\n"...)
	if err := t.conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	n, err := t.conn.Write(chunk)
	t.sent(int64(n))
	return err
}

func (t *taken) left() <-chan struct{} { return t.gone }

// end says that nothing more comes, and lets the connection go.
func (t *taken) end() {
	if t.conn.SetWriteDeadline(time.Now().Add(time.Second)) == nil {
		_, _ = t.conn.Write([]byte("0\r\n\r\n")) // the client may have left
	}
	_ = t.conn.Close() // it ends watch
	t.over.Wait()
}
