package attach

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"ratchet"
)

// Carry passes a conversation to an owner until one of them ends. When ctx does,
// no more requests are passed, and those that are open get some time.
func (l *Link) Carry(ctx context.Context, conn *net.UnixConn, drain time.Duration) {
	stop := context.AfterFunc(ctx, ratchet.Guard("end a conversation", func(error) { _ = conn.Close() }, func() {
		_ = conn.SetReadDeadline(time.Now().Add(drain))
		_ = conn.CloseWrite()
	}))
	defer stop()
	defer func() { _ = conn.Close() }() // it is read to its end
	go func() {
		defer func() { _ = recover(); _ = conn.CloseWrite() }() // the owner then ends the session
		_, _ = io.Copy(onlyWriter{conn}, l)
	}()
	lines := bufio.NewReaderSize(conn, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // half a line is no message
		}
		if _, err := l.Write(line); err != nil {
			return
		}
	}
}

// onlyWriter keeps io.Copy from asking the connection to read.
type onlyWriter struct{ io.Writer }

// Refuse answers every request with why until the client ends, or ctx does.
func (l *Link) Refuse(ctx context.Context, why error) {
	stop := context.AfterFunc(ctx, ratchet.Guard("end a session", func(error) {}, l.End)) // the client ends it then
	defer stop()
	const restart = "restart this client"
	text := ratchet.AsError(why).Message
	if hint := ratchet.AsError(why).Hint; hint == "" || hint == restart {
		text = fmt.Sprintf("%s; %s", text, restart)
	} else {
		text = fmt.Sprintf("%s; %s, then %s", text, hint, restart)
	}
	lines := bufio.NewReaderSize(l, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if h := HeadOf(line); h.Request() {
			_, _ = l.Write(refusal(h.ID, -32000, text)) // the client went away
		}
	}
}
