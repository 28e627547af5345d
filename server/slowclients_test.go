package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestSlowClients are cut off: those that never end a head, and those that
// never end a body. A stream that only waits is not.
func TestSlowClients(t *testing.T) {
	s := configured(t, map[string]string{"server.port": "0", "server.header_timeout": "1", "server.body_timeout": "1"})
	address := live(t, s)
	for name, text := range map[string]string{
		"head":   "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
		"body":   "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
		"chunks": "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"qu",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if res := raw(t, address, text); strings.Contains(res, `"data":{`) { // returns when the server hangs up
				t.Errorf("answered %.200s", res)
			}
		})
	}
}

func TestSizes(t *testing.T) {
	s := configured(t, map[string]string{"server.port": "0", "server.max_body_size": "64KiB", "mcp.max_message_size": "128KiB"})
	address := live(t, s)
	post := func(path string, size int) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", path, size)
	}
	chunk := strings.Repeat("x", 1<<16)
	for name, tc := range map[string]struct{ text, want string }{
		"announced":     {post("/graphql", 1<<20), "HTTP/1.1 413"},
		"announced MCP": {post("/mcp", 1<<20), "HTTP/1.1 413"},
		"streamed MCP": {
			"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
				strings.Repeat("10000\r\n"+chunk+"\r\n", 2) + "1\r\nx\r\n0\r\n\r\n", "HTTP/1.1 413",
		},
		"headers":   {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		"smuggling": {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /live HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400"},
	} {
		t.Run(name, func(t *testing.T) {
			if res := raw(t, address, tc.text); !strings.HasPrefix(res, tc.want) || strings.Contains(res, `"live"`) {
				t.Errorf("%.200s; want %s", res, tc.want)
			}
		})
	}
}

// TestChunkedRequestsEndTheirConnection leaves nothing for a smuggled request
// to be the next of.
func TestChunkedRequestsEndTheirConnection(t *testing.T) {
	web := httptest.NewServer(configured(t, nil).Handler())
	defer web.Close()
	c, err := net.Dial("tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if !res.Close {
		t.Error("the connection stays open")
	}
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		t.Errorf("answered more: %s", rest)
	}
}
