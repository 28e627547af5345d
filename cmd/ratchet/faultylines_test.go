package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// rawClient writes lines to a process that serves MCP on stdio.
type rawClient struct {
	in    io.WriteCloser
	lines *bufio.Scanner
	wait  func() error
}

func rawly(t *testing.T, args ...string) *rawClient {
	t.Helper()
	cmd := program(context.Background(), append([]string{"mcp-serve"}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c := &rawClient{in: in, lines: bufio.NewScanner(out), wait: cmd.Wait}
	c.lines.Buffer(nil, 64<<20)
	c.ask(t, `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	c.say(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return c
}

func (c *rawClient) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

// rawAnswer is a line of the server.
type rawAnswer struct {
	ID     json.RawMessage
	Method string // of a notification, which is no answer
	Error  struct{ Code int }
}

func (c *rawClient) ask(t *testing.T, line string) rawAnswer {
	t.Helper()
	c.say(t, line)
	for c.lines.Scan() {
		var a rawAnswer
		if err := json.Unmarshal(c.lines.Bytes(), &a); err != nil {
			t.Fatalf("%v in %.300s", err, c.lines.Text())
		}
		if a.Method == "" {
			return a
		}
	}
	t.Fatalf("the connection ended at %.200s: %v", line, c.lines.Err())
	return rawAnswer{}
}

// TestFaultyLines sends lines that are no messages to the owner of a data
// directory, to a process that is attached to it, and through the bridge to a
// server: each is answered, the next line works, and the end of the input ends
// the process.
func TestFaultyLines(t *testing.T) {
	dir := t.TempDir()
	nested := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	const invalid, null = -32600, "null"
	for _, c := range []struct {
		name   string
		client *rawClient
	}{
		{"owner", rawly(t, "--data-dir", dir)},
		{"attached", rawly(t, "--data-dir", dir)},
		{"connected", rawly(t, "--connect", serveFor(t)+"/mcp")},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, line := range []struct {
				text string
				code int
				id   string
			}{
				{`{"jsonrpc":"2.0","id":1,"meth`, -32700, null},
				{`{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}`, -32700, null},
				{`{"jsonrpc":"2.0","id":true,"method":"ping"}`, invalid, null},
				{`{"jsonrpc":"2.0","id":[1],"method":"ping"}`, invalid, null},
				{`{"jsonrpc":"2.0","id":{},"method":"tools/call"}`, invalid, null},
				{`{"jsonrpc":"2.0","id":null,"method":"ping"}`, invalid, null},
				{`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, invalid, null},
				{`{"jsonrpc":"1.0","id":8,"method":"ping"}`, invalid, "8"},
				{`{"jsonrpc":"2.0","id":"a","method":5}`, invalid, `"a"`},
				{`{"jsonrpc":"2.0","id":9}`, invalid, "9"},
				{`null`, invalid, null},
				{`5`, invalid, null},
				{`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"ratchet_list_jobs","arguments":{"a":` + nested + `}}}`, invalid, "3"},
				{`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"ratchet_list_jobs","arguments":{"a":"` + strings.Repeat("x", 16<<20) + `"}}}`, invalid, null},
				{`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":5}}`, -32602, "5"},
				{`{"jsonrpc":"2.0","id":6,"method":"tools/list","params":[1]}`, -32602, "6"},
				{`{"jsonrpc":"2.0","id":7.5,"method":"no/such"}`, -32601, "7.5"},
			} {
				if got := c.client.ask(t, line.text); got.Error.Code != line.code || string(got.ID) != line.id {
					t.Errorf("%.100s: %d with id %s, want %d with %s", line.text, got.Error.Code, got.ID, line.code, line.id)
				}
				c.client.say(t, `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x"}}`)
				c.client.say(t, `{"jsonrpc":"2.0","id":5,"result":5,"error":6}`)
				c.client.say(t, `{"jsonrpc":"2.0","iD":5,"method":"notifications/initialized"}`) // has no id
				ping := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"ping"}`, 100+i)
				if got := c.client.ask(t, ping); got.Error.Code != 0 || string(got.ID) != fmt.Sprint(100+i) {
					t.Errorf("the line after %.100s: %+v", line.text, got)
				}
			}
			_ = c.client.in.Close()
			if c.client.lines.Scan() {
				t.Errorf("after the end: %s", c.client.lines.Text())
			}
			if err := c.client.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
