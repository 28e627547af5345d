package rest_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/rest"
)

// dial sends the head of a request for events and returns the connection.
func (l *live) dial(t *testing.T, proto string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, "GET "+rest.Prefix+"/events "+proto+"\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStreamFraming reads a stream as an HTTP/1.1 client that checks chunks and
// as an HTTP/1.0 client that knows none, to the end that the server makes.
func TestStreamFraming(t *testing.T) {
	for proto, chunked := range map[string]bool{"HTTP/1.1": true, "HTTP/1.0": false} {
		t.Run(proto, func(t *testing.T) {
			l := serve(t)
			c := l.dial(t, proto)
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if got := len(res.TransferEncoding) == 1; got != chunked || res.StatusCode != 200 {
				t.Errorf("status %d, transfer encoding %v", res.StatusCode, res.TransferEncoding)
			}
			body := bufio.NewReader(res.Body)
			if first, err := body.ReadString('\n'); err != nil || first != ": open\n" {
				t.Fatalf("%q, %v", first, err)
			}
			l.server.Deps().Bus.Publish(ratchet.Event{Kind: "tools.changed"})
			hurry, cancel := context.WithCancel(context.Background())
			cancel()
			go func() { _ = l.server.Close(hurry) }()
			rest, err := io.ReadAll(body) // an answer cut off in the middle of a chunk is an error
			if err != nil || !strings.HasSuffix(string(rest), "event: end\ndata: {}\n\n") {
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}

// waiting counts the goroutines that watch for readers to leave.
func waiting(t *testing.T) int {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	return strings.Count(b.String(), "rest.(*taken).watch(")
}

// TestReaderWhoLeaves is noticed at once, whatever it said before.
func TestReaderWhoLeaves(t *testing.T) {
	l := serve(t)
	c := l.dial(t, "HTTP/1.1")
	line := bufio.NewReader(c)
	for text := ""; text != ": open\r\n" && text != ": open\n"; {
		var err error
		if text, err = line.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for waiting(t) != 1 {
		if t.Context().Err() != nil {
			t.Fatal("nobody watches the connection")
		}
		time.Sleep(time.Millisecond)
	}
	_ = c.Close()
	for waiting(t) != 0 {
		if t.Context().Err() != nil {
			t.Fatal("the reader who left is still waited for")
		}
		time.Sleep(time.Millisecond)
	}
}

// TestStreamsAreCounted tells how many bytes a stream sent after its handler
// had returned: what a caller reads in all is watched.
func TestStreamsAreCounted(t *testing.T) {
	bus, sent := new(ratchet.Bus), make(chan int64, 100)
	list := registry.Define(registry.Spec{
		Name: "ratchet_list_available_tasks", Title: "List", Doc: "Lists nothing.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}, func(context.Context, *registry.Deps, struct {
		Limit int `json:"limit,omitempty"`
	},
	) (struct{}, error) {
		return struct{}{}, nil
	})
	reg, err := registry.New(list)
	if err != nil {
		t.Fatal(err)
	}
	h, err := rest.New(rest.Config{
		Registry: reg, Deps: &registry.Deps{Bus: bus},
		Sent: func(_ context.Context, p ratchet.Principal, n int64) {
			if p.Name == "local" {
				sent <- n
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(l) }() // it ends by Close
	t.Cleanup(func() { h.Close(); _ = web.Close() })
	one := &live{t: t, url: "http://" + l.Addr().String()}
	s := one.stream(t, "/events")
	bus.Publish(ratchet.Event{Kind: "tools.changed", ID: strings.Repeat("x", 100)})
	if _, kind, _ := s.next(); kind != "tools.changed" {
		t.Fatalf("got %s", kind)
	}
	if n := <-sent; n < 100 {
		t.Errorf("%d bytes were counted", n)
	}
}
