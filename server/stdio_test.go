package server

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet/tools/toolstest"

	"golang.org/x/tools/txtar"
)

// lines is a stdio connection spoken line by line.
type lines struct {
	in   *io.PipeWriter
	out  *bufio.Scanner
	stop context.CancelFunc
	done chan error
}

func openLines(t *testing.T, s *Server) *lines {
	t.Helper()
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	l := &lines{in: in, out: bufio.NewScanner(out), stop: cancel, done: make(chan error, 1)}
	l.out.Buffer(nil, 64<<20)
	go func() {
		err := s.ServeStdio(ctx, toServer, fromServer)
		_ = fromServer.Close()
		l.done <- err
	}()
	t.Cleanup(func() {
		cancel()
		_ = in.Close()
		_ = out.Close()
	})
	return l
}

func (l *lines) send(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (l *lines) read(t *testing.T) string {
	t.Helper()
	if !l.out.Scan() {
		t.Fatal("the connection ended:", l.out.Err())
	}
	return l.out.Text()
}

// shake makes the handshake of the 2025 era.
func (l *lines) shake(t *testing.T) {
	t.Helper()
	l.send(t, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	l.read(t)
	l.send(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

func callLine(id, tool, args string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + args + `}}`
}

func TestStdioTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/stdio/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, _ := newTestServer(t)
			l := openLines(t, s)
			for _, f := range txtar.Parse(raw).Files {
				text := strings.TrimSuffix(string(f.Data), "\n")
				if f.Name == "client" {
					l.send(t, text)
					continue
				}
				if got := l.read(t); !strings.Contains(got, text) || !json.Valid([]byte(got)) {
					t.Fatalf("%s; want a part %s", got, text)
				}
			}
		})
	}
}

func TestStdioLineLimit(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	l.shake(t)
	limit := int(s.cfg.MCP.MaxMessageSize)
	whole := callLine("1", "ratchet_echo", `{"text":""}`)
	fits := callLine("1", "ratchet_echo", `{"text":"`+strings.Repeat("x", limit-len(whole)-1)+`"}`)
	l.send(t, fits)
	if got := l.read(t); strings.Contains(got, "isError") || len(got) < 2*limit {
		t.Errorf("a line of %d bytes: answer of %d bytes", len(fits), len(got))
	}
	l.send(t, strings.Repeat("x", limit+1))
	if got := l.read(t); !strings.Contains(got, "-32600") {
		t.Errorf("too long: %.200s", got)
	}
	l.send(t, callLine("2", "ratchet_echo", `{"text":"after"}`))
	if got := l.read(t); !strings.Contains(got, "after") {
		t.Errorf("afterwards: %.200s", got)
	}
}

func TestStdioEndOfInputWaitsForAnswers(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	l.shake(t)
	l.send(t, callLine("1", "ratchet_echo", `{"text":"last"}`))
	_ = l.in.Close()
	if got := l.read(t); !strings.Contains(got, "last") {
		t.Errorf("%.200s", got)
	}
	if err := <-l.done; err != nil {
		t.Error(err)
	}
}

func TestStdioCancels(t *testing.T) {
	s, _ := newTestServer(t)
	for _, params := range []string{`"arguments":{}`, `"_meta":{"progressToken":"p"}`, modernMeta} {
		l := openLines(t, s)
		l.shake(t)
		l.send(t, `{"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"ratchet_wait",`+params+`}}`)
		until(t, func() bool { return s.limiter.Active() == 1 })
		l.send(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w","reason":"enough"}}`)
		until(t, func() bool { return s.limiter.Active() == 0 })
		l.stop()
		_ = l.in.Close()
		for l.out.Scan() { // a cancelled call gets no answer
			t.Errorf("%s: %s", params, l.out.Text())
		}
		if err := <-l.done; err != nil {
			t.Error(err)
		}
	}
}

func TestStdioDrains(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	l.shake(t)
	l.send(t, callLine("1", "ratchet_hold", `{}`))
	until(t, func() bool { return s.limiter.Active() == 1 })
	l.stop()
	until(t, func() bool { // the drain begins a moment after
		l.send(t, callLine("2", "ratchet_echo", `{"text":"late"}`))
		return strings.Contains(l.read(t), "-32001")
	})
	answered := make(chan struct{})
	defer close(answered)
	go func() { // the call is counted before it listens: what is said earlier is lost
		for {
			s.deps.Bus.Publish(toolstest.LetGo())
			select {
			case <-answered:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	if got := l.read(t); !strings.Contains(got, `"id":1`) || strings.Contains(got, "isError") {
		t.Errorf("the running call: %s", got)
	}
	if err := <-l.done; err != nil {
		t.Error(err)
	}
}
