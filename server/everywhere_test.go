package server

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"ratchet/server/config"
)

// wholeServer is the product with all its tools, settings and workers.
func wholeServer(t *testing.T, settings ...string) *Server {
	t.Helper()
	flags := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "execution.workers.count": "1", "execution.workers.warm": "0", "rate_limit.enabled": "false",
	}
	for i := 0; i+1 < len(settings); i += 2 {
		flags[settings[i]] = settings[i+1]
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), cfg, Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// peer is one connection of one era; it shows messages as they are written.
type peer struct {
	t       *testing.T
	modern  bool
	session map[string]string // of HTTP
	s       *Server
	lines   *lines // nil = HTTP
	can     string // capabilities that requests of the later era declare, as JSON
}

// everywhere runs a test over each transport in each era. The client has the
// capabilities that can describes.
func everywhere(t *testing.T, s *Server, can string, run func(t *testing.T, c *peer)) {
	for _, modern := range []bool{false, true} {
		for _, stdio := range []bool{false, true} {
			name := map[bool]string{false: "http", true: "stdio"}[stdio] + map[bool]string{false: " 2025-11-25", true: " 2026-07-28"}[modern]
			t.Run(name, func(t *testing.T) {
				c := &peer{t: t, modern: modern, s: s, can: can, session: map[string]string{}}
				hello := `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":` + can + `,"clientInfo":{"name":"t","version":"1"}}}`
				if stdio {
					c.lines = openLines(t, s)
				}
				switch {
				case modern:
				case stdio:
					c.lines.send(t, hello)
					c.lines.read(t)
					c.lines.send(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				default:
					w, _ := exchange(t, s, http.MethodPost, hello, nil)
					c.session = map[string]string{headerSession: w.Header().Get(headerSession), headerVersion: "2025-11-25"}
					exchange(t, s, http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, c.session)
				}
				run(t, c)
			})
		}
	}
}

// answered is a response.
type answered struct {
	Result json.RawMessage
	Error  *jsonrpc.Error
}

// ask makes a request with these members of its params.
func (c *peer) ask(method string, params map[string]any) answered {
	c.t.Helper()
	all := map[string]any{}
	for key, value := range params {
		all[key] = value
	}
	header := map[string]string{}
	for key, value := range c.session {
		header[key] = value
	}
	if c.modern {
		all["_meta"] = map[string]any{
			"io.modelcontextprotocol/protocolVersion": modernEra, "io.modelcontextprotocol/clientCapabilities": json.RawMessage(c.can),
			"io.modelcontextprotocol/clientInfo": map[string]any{"name": "t", "version": "1"},
		}
		header[headerVersion], header["Mcp-Method"] = modernEra, method
		for _, key := range []string{"name", "uri", "taskId"} {
			if name, ok := params[key].(string); ok {
				header["Mcp-Name"] = name
			}
		}
	}
	message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 7, "method": method, "params": all})
	if err != nil {
		c.t.Fatal(err)
	}
	got := ""
	if c.lines != nil {
		c.lines.send(c.t, string(message))
		for !strings.Contains(got, `"id":7`) { // notifications come between
			got = c.lines.read(c.t)
		}
	} else {
		_, got = exchange(c.t, c.s, http.MethodPost, string(message), header)
	}
	var a answered
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		c.t.Fatalf("%s: %v: %s", method, err, got)
	}
	return a
}

// result is what a request answers; it must not be an error.
func (c *peer) result(method string, params map[string]any, into any) json.RawMessage {
	c.t.Helper()
	a := c.ask(method, params)
	if a.Error != nil {
		c.t.Fatalf("%s %v: %v", method, params, a.Error)
	}
	if err := json.Unmarshal(a.Result, into); err != nil {
		c.t.Fatalf("%s: %v: %s", method, err, a.Result)
	}
	return a.Result
}
