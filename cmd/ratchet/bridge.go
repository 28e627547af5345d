package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ratchet/adapters/mcp"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server/attach"
)

const (
	modernEra  = "2026-07-28" // the first protocol revision without sessions
	maxMessage = 16 << 20     // bytes of one message
	lastAnswer = 30 * time.Second
)

// bridge carries messages between a client on stdio and a server over HTTP. It
// passes everything on as it is, so that whatever both sides speak works:
// tools, prompts, resources, progress, cancellation, questions to the person.
type bridge struct {
	url  string
	http *http.Client

	outMu sync.Mutex
	out   io.Writer

	mu      sync.Mutex
	session string // of the handshake era; empty = none
	version string // agreed on in the handshake
	hello   []byte // the client's initialize, to repeat it when the server restarted
	calls   map[string]*call
	open    sync.WaitGroup // requests without an answer
	heard   sync.Once      // the server is listened to, once
}

// call is a request that has no answer yet.
type call struct {
	head   attach.Head
	cancel context.CancelFunc
}

// proxy serves the server at --connect over stdio.
func (a *app) proxy(cmd *cobra.Command) error {
	for _, name := range []string{"data-dir", "database", "toolsets", "tools", "only-tools", "exclude-tools", "read-only"} {
		if cmd.Flags().Changed(name) {
			return ratchet.Errorf(ratchet.CodeInvalid, "--%s belongs to a server, and --connect uses a running one", name).
				WithHint("select tools by the URL, e.g. --connect 'http://127.0.0.1:8080/mcp?read_only=true'")
		}
	}
	u, err := a.endpoint()
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return unreachable(u, err)
	}
	_ = conn.Close() // it only showed that a server listens
	b := &bridge{
		url: u.String(), out: a.stdout, calls: map[string]*call{},
		http: &http.Client{Transport: bearer{a.token, u.Host, new(atomic.Int32)}},
	}
	return b.run(ctx, a.stdin)
}

// run passes messages until in ends or ctx does.
func (b *bridge) run(ctx context.Context, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan []byte)
	failed := make(chan error, 1)
	go func() { // reading a terminal or pipe cannot be interrupted
		defer close(lines)
		defer ratchet.Recover("read from the client", func(err error) { failed <- err })
		failed <- b.read(ctx, bufio.NewReaderSize(in, 64<<10), lines)
	}()
	for {
		select {
		case <-ctx.Done():
			b.end()
			return nil
		case line, ok := <-lines:
			if !ok {
				b.finish(ctx)
				b.end()
				return <-failed
			}
			b.take(ctx, line)
		}
	}
}

// read hands on the messages of the client and answers lines that are none.
func (b *bridge) read(ctx context.Context, in *bufio.Reader, lines chan<- []byte) error {
	for {
		line, answer, err := attach.Next(in, maxMessage, mcp.Fault)
		if answer != nil {
			b.write(answer)
		}
		if line != nil {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
			}
		}
		if err != nil {
			return ignore(err, io.EOF)
		}
	}
}

// take handles one message of the client.
func (b *bridge) take(ctx context.Context, line []byte) {
	h := attach.HeadOf(line)
	switch {
	case h.Method == "notifications/cancelled" && b.cancelled(h):
	case !h.Request():
		// A notification or an answer: in order, and nothing comes back.
		b.post(ctx, h, line)
	default:
		if h.Method == "initialize" {
			b.mu.Lock()
			b.hello = line
			b.mu.Unlock()
		}
		callCtx, cancel := context.WithCancel(ctx)
		b.mu.Lock()
		b.calls[string(h.ID)] = &call{h, cancel}
		b.mu.Unlock()
		b.open.Add(1)
		go func() {
			defer b.open.Done()
			defer b.forget(h.ID)
			defer ratchet.Recover("pass a request on", func(err error) { b.fail(h.ID, -32603, err.Error()) })
			b.post(callCtx, h, line)
			if h.Method == "initialize" {
				b.heard.Do(func() { go b.listen(ctx) })
			}
		}()
	}
}

// cancelled ends a request of the later era: over HTTP that is closing its
// stream. In the handshake era the server wants the message itself.
func (b *bridge) cancelled(h attach.Head) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.calls[string(h.Params.RequestID)]
	if c == nil || b.versionOf(c.head) < modernEra {
		return false
	}
	c.cancel()
	return true
}

func (b *bridge) forget(id json.RawMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.calls[string(id)]; c != nil {
		c.cancel()
		delete(b.calls, string(id))
	}
}

// finish lets open requests end after the client said its last word.
func (b *bridge) finish(ctx context.Context) {
	b.mu.Lock()
	for _, c := range b.calls {
		if c.head.Method == "subscriptions/listen" {
			c.cancel() // it never ends by itself
		}
	}
	b.mu.Unlock()
	done := make(chan struct{})
	go func() { b.open.Wait(); close(done) }()
	timer := time.NewTimer(lastAnswer)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// versionOf is the protocol revision of a message. b.mu is held.
func (b *bridge) versionOf(h attach.Head) string {
	if h.Params.Meta.Version != "" {
		return h.Params.Meta.Version
	}
	return b.version
}

// write sends one message to the client.
func (b *bridge) write(message []byte) {
	var line bytes.Buffer
	if json.Compact(&line, message) != nil {
		return // not a message
	}
	line.WriteByte('\n')
	b.outMu.Lock()
	defer b.outMu.Unlock()
	_, _ = b.out.Write(line.Bytes()) // a client that is gone also closed stdin
}

// fail answers a request with an error of the bridge's own.
func (b *bridge) fail(id json.RawMessage, code int, message string) {
	data, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message},
	})
	if err == nil {
		b.write(data)
	}
}
