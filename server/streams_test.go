package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ratchet"
)

// opening is a stream that a test has open, or the refusal of one.
type opening struct {
	status int
	header http.Header
	body   io.ReadCloser // of a stream; the refusal's text is in said
	said   string
	close  func()
}

// open asks for something that stays open: an address of events, "socket" for a
// WebSocket, "listen" for the stream of a later MCP client, or "session" for an
// MCP session.
func (l *secured) stays(what string, headers ...string) opening {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	h := http.Header{"Accept": {"text/event-stream"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	if what == "socket" {
		conn, res, err := websocket.Dial(ctx, l.url+"/graphql", &websocket.DialOptions{HTTPHeader: h, Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
		o := opening{close: cancel}
		if res != nil {
			o.status, o.header = res.StatusCode, res.Header
		}
		if err == nil {
			r, w := io.Pipe()
			o.body = r
			if err := conn.Write(ctx, websocket.MessageText, []byte(`{"type":"connection_init"}`)); err != nil {
				l.t.Fatal(err)
			}
			go func() { // until the connection ends
				for {
					_, data, err := conn.Read(ctx)
					if err != nil {
						_ = w.CloseWithError(err)
						return
					}
					_, _ = w.Write(append(data, '\n'))
				}
			}()
			o.close = func() { _ = conn.CloseNow(); _ = r.Close(); cancel() }
		} else if res != nil {
			text, _ := io.ReadAll(res.Body)
			o.said = string(text)
		}
		return o
	}
	method, path, body := http.MethodGet, what, ""
	if what == "session" {
		method, path = http.MethodPost, "/mcp"
		body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
		h.Set("Accept", "application/json, text/event-stream")
		h.Set("Content-Type", "application/json")
	}
	if what == "listen" {
		method, path = http.MethodPost, "/mcp"
		body = `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourcesListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
		h.Set("Accept", "application/json, text/event-stream")
		h.Set("Content-Type", "application/json")
		h.Set("Mcp-Protocol-Version", "2026-07-28")
		h.Set("Mcp-Method", "subscriptions/listen")
	}
	r, err := http.NewRequestWithContext(ctx, method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header = h
	res, err := http.DefaultTransport.RoundTrip(r) //nolint:bodyclose // by opening.close
	if err != nil {
		l.t.Fatal(err)
	}
	o := opening{status: res.StatusCode, header: res.Header, body: res.Body, close: func() { cancel(); _ = res.Body.Close() }}
	if res.StatusCode >= 400 {
		text, _ := io.ReadAll(res.Body)
		o.said = string(text)
		o.close()
	}
	return o
}

// awaitStreams waits until so many streams are open: that a client has left is
// noticed by the server in its own time.
func (l *secured) awaitStreams(n int) {
	l.t.Helper()
	for began := time.Now(); l.s.streams.Open() != n; time.Sleep(time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			l.t.Fatalf("%d streams are open, not %d", l.s.streams.Open(), n)
		}
	}
}

func (l *secured) descriptors() int {
	l.t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		l.t.Skip(err)
	}
	return len(list)
}

const subscribe = "/graphql?query=subscription%20%7B%20taskEvents%20%7B%20kind%20%7D%20%7D"

// TestStreamsAreBounded opens every kind of stream beyond what one caller and
// all together may have.
func TestStreamsAreBounded(t *testing.T) {
	l := lockedUp(t, "server.max_streams", "4", "server.max_streams_per_caller", "2")
	kinds := []string{"/api/v1/events", subscribe, "socket", "listen", "session"}
	keys := map[string][]string{}
	for _, name := range []string{"a", "b", "c"} {
		keys[name] = l.addKey(ratchet.APIKey{Name: name, Role: ratchet.RoleUser})
	}
	refused := func(what string, o opening, status int, key string) {
		t.Helper()
		if o.status != status || o.header.Get("Retry-After") == "" || !strings.Contains(o.said, key+" ") && !strings.Contains(o.said, key+`"`) {
			t.Errorf("%s: %d %v %s", what, o.status, o.header, o.said)
		}
	}
	before := l.descriptors()
	for _, kind := range kinds {
		t.Run(strings.Trim(kind[:min(len(kind), 8)], "/"), func(t *testing.T) {
			var open []opening
			defer func() {
				for _, o := range open {
					o.close()
				}
			}()
			for _, name := range []string{"a", "a", "b", "b"} {
				o := l.stays(kind, keys[name]...)
				if o.status >= 400 {
					t.Fatalf("%d %s", o.status, o.said)
				}
				open = append(open, o)
			}
			l.awaitStreams(4)
			refused("of all", l.stays(kind, keys["c"]...), http.StatusServiceUnavailable, "server.max_streams")
			if kind == "session" { // it stays until its client ends it
				for i, name := range []string{"a", "a", "b", "b"} {
					l.send(http.MethodDelete, "/mcp", "", append([]string{"Mcp-Session-Id", open[i].header.Get("Mcp-Session-Id")}, keys[name]...)...)
				}
			}
			for _, o := range open[2:] {
				o.close()
			}
			if kind == "session" {
				l.awaitStreams(0)
				for range 2 {
					open = append(open, l.stays(kind, keys["a"]...))
				}
			}
			l.awaitStreams(2)
			for _, other := range kinds {
				refused(other, l.stays(other, keys["a"]...), http.StatusTooManyRequests, "server.max_streams_per_caller")
			}
			if o := l.stays(kind, keys["c"]...); o.status >= 400 {
				t.Errorf("%d %s", o.status, o.said)
			} else {
				open = append(open, o)
			}
			for _, o := range open {
				o.close()
			}
			if kind == "session" {
				l.s.mcp.EndSessions()
			}
			l.awaitStreams(0)
		})
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for began := time.Now(); l.descriptors() > before+10; time.Sleep(time.Millisecond) { // connections of the database too, but none of the 30 streams
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d descriptors are open, %d were", l.descriptors(), before)
		}
	}
}

// TestSocketsNameTheirCaller: a WebSocket counts for who it says it is.
func TestSocketsNameTheirCaller(t *testing.T) {
	l := lockedUp(t, "server.max_streams_per_caller", "1")
	key := l.addKey(ratchet.APIKey{Name: "a", Role: ratchet.RoleUser})
	first := l.stays("/api/v1/events", key...)
	defer first.close()
	ctx := t.Context()
	conn, _, err := websocket.Dial(ctx, l.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	if err := conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"connection_init","payload":{"token":%q}}`, key[1])); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = conn.Read(ctx)
	}
	if ended, ok := errors.AsType[websocket.CloseError](err); !ok || !strings.Contains(ended.Reason, "no more are taken") {
		t.Errorf("%v", err)
	}
}

// TestStreamsEndWithRights changes the key that streams were opened with.
func TestStreamsEndWithRights(t *testing.T) {
	l := lockedUp(t)
	for name, change := range map[string]func(id string) received{
		"narrowed": func(id string) received {
			return l.send("PATCH", "/api/v1/api-keys/"+id, `{"allowedTaskPatterns":["pub-*"]}`, l.bearer("admin")...)
		},
		"revoked": func(id string) received { return l.send("DELETE", "/api/v1/api-keys/"+id, "", l.bearer("admin")...) },
	} {
		t.Run(name, func(t *testing.T) {
			key := l.addKey(ratchet.APIKey{Name: name, Role: ratchet.RoleUser})
			other := l.stays("/api/v1/events", l.addKey(ratchet.APIKey{Name: "other " + name, Role: ratchet.RoleUser})...)
			defer other.close()
			open := l.openAll(t, key)
			if a := change(name); a.Status >= 300 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			for _, o := range open {
				_, _ = io.Copy(io.Discard, o.body) // returns when the stream is over
			}
			l.awaitStreams(1) // the other's goes on, and the session is over
		})
	}
}

// openAll opens a stream of each kind, and the session that one of them is of.
// They are closed when the test ends.
func (l *secured) openAll(t *testing.T, headers []string) (open []opening) {
	t.Helper()
	session := l.stays("session", headers...)
	headers = append([]string{"Mcp-Session-Id", session.header.Get("Mcp-Session-Id")}, headers...)
	l.send("POST", "/mcp", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, headers...)
	for _, kind := range []string{"/api/v1/events", subscribe, "socket", "/mcp"} {
		o := l.stays(kind, headers...)
		if o.status >= 400 {
			t.Fatalf("%s: %d %s", kind, o.status, o.said)
		}
		t.Cleanup(o.close)
		open = append(open, o)
	}
	return open
}

// TestStreamsEndWithTheLogin logs out, by the cookie and by the token: what was
// opened with the login is over, and what another login of the user opened goes
// on.
func TestStreamsEndWithTheLogin(t *testing.T) {
	l := lockedUp(t)
	cookieOf := func(a received, cookie string) []string {
		return []string{"Cookie", cookie, "X-Csrf-Token", a.field("csrfToken")}
	}
	tokenOf := func(a received, _ string) []string {
		return []string{"Authorization", "Bearer " + a.field("accessToken")}
	}
	out := func(headers []string) received { return l.send("POST", "/api/v1/auth/logout", "{}", headers...) }
	for _, c := range []struct {
		name   string
		opened func(received, string) []string
		ended  func(received, string) []string
	}{{"cookie", cookieOf, cookieOf}, {"token", tokenOf, tokenOf}, {"token of the cookie's login", tokenOf, cookieOf}} {
		t.Run(c.name, func(t *testing.T) {
			a, cookie := l.login("user")
			headers := c.opened(a, cookie)
			other := l.stays("/api/v1/events", l.bearer("user")...)
			defer other.close()
			open := l.openAll(t, headers)
			if a := out(c.ended(a, cookie)); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			for _, o := range open {
				_, _ = io.Copy(io.Discard, o.body) // returns when the stream is over
			}
			l.awaitStreams(1) // the other login's goes on, and the session is over
			other.close()
			l.awaitStreams(0)
		})
	}
}

// TestSlowReadersAreDropped asks for more than any buffer holds and reads none
// of it.
func TestSlowReadersAreDropped(t *testing.T) {
	l := lockedUp(t, "server.write_timeout", "1")
	address := strings.TrimPrefix(l.url, "http://")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for err == nil { // the server stops reading, and in the end closes
		_, err = io.WriteString(conn, "GET /api-docs/openapi.json HTTP/1.1\r\nHost: "+address+"\r\n\r\n")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is open after a minute")
	}
}
