package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/credential"
	"ratchet/server"
	"ratchet/server/config"
)

// surfaces compares the same smallest tool by direct call, REST, GraphQL and
// MCP on a whole server, on one core and without a network: open, and with
// login, limits and audit, which may add a fifth to the direct call.
func surfaces(ctx context.Context, d time.Duration) error {
	open, err := wholeServer(ctx, "false")
	if err != nil {
		return err
	}
	defer open.stop()
	locked, err := wholeServer(ctx, "true")
	if err != nil {
		return err
	}
	defer locked.stop()
	bare := func(ctx context.Context) error {
		_, err := echo.Call(ctx, open.s.Deps(), []byte(echoArgs))
		return err
	}
	gated := func(ctx context.Context) error {
		ctx = registry.WithCaller(ctx, registry.Caller{Principal: locked.who.ID, Identity: locked.who, Surface: "bench"})
		_, err := registry.Invoke(ctx, locked.s.Deps(), echo, []byte(echoArgs))
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	t := newTable("The smallest tool on every surface, one core, no network", "how", "rate", "p50", "p99", "of the direct call")
	var floor rate
	for _, row := range []struct {
		name string
		call caller
	}{
		{"direct call", bare},
		{"direct call, with permission, limits and audit", gated},
		{"REST, open", open.rest()},
		{"REST, with a key", locked.rest()},
		{"GraphQL, open", open.graphQL()},
		{"GraphQL, with a key", locked.graphQL()},
		{"MCP, open", open.mcp()},
		{"MCP, with a key", locked.mcp()},
	} {
		measure(ctx, d/4, []caller{row.call})
		r := measure(ctx, d, []caller{row.call})
		if floor.perSecond == 0 {
			floor = r
		}
		t.row(row.name, perSecond(r.perSecond), micros(r.p50), micros(r.p99), fmt.Sprintf("%.2fx", floor.perSecond/r.perSecond))
	}
	t.print()
	return nil
}

// whole is a server with everything on, and a key to it.
type whole struct {
	s    *server.Server
	h    http.Handler
	dir  string
	key  string // empty = it is open
	who  ratchet.Principal
	stop func()
}

func wholeServer(ctx context.Context, login string) (*whole, error) {
	dir, err := os.MkdirTemp("", "ratchet-bench")
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: dir, User: dir, Flags: map[string]string{
		"data_dir": dir, "auth.required": login, "execution.workers.warm": "0", "rate_limit.tier": "unlimited",
		"server.max_streams": "10000", "server.max_streams_per_caller": "10000",
	}})
	if err != nil {
		return nil, err
	}
	s, err := server.Open(ctx, cfg, server.Options{Tools: []registry.Tool{echo}})
	if err != nil {
		return nil, err
	}
	w := &whole{s: s, h: s.Handler(), dir: dir, who: ratchet.Local()}
	w.stop = func() {
		_ = s.Close(context.WithoutCancel(ctx)) // the numbers are printed
		_ = os.RemoveAll(dir)
	}
	if login == "true" {
		k := ratchet.APIKey{Name: "bench", Role: ratchet.RoleUser, Tier: "unlimited", Active: true}
		w.key, k.Prefix, k.Hash = credential.NewKey()
		if err := s.Deps().Store.CreateAPIKey(ctx, &k); err != nil {
			w.stop()
			return nil, err
		}
		w.who = k.Principal()
	}
	return w, nil
}

func (w *whole) rest() caller {
	return w.post("/api/v1/tools/"+echo.Name, echoArgs, `"data"`)
}

func (w *whole) graphQL() caller {
	return w.post("/graphql", `{"query":"query Echo($t: String!) { echo(text: $t) { text } }","variables":{"t":"hello"}}`, `"hello"`)
}

func (w *whole) mcp() caller {
	return w.post("/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+echo.Name+`","arguments":`+echoArgs+
		`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`,
		`structuredContent`, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", echo.Name)
}

// post makes a caller of one request whose answer holds want.
func (w *whole) post(path, body, want string, headers ...string) caller {
	return func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:8080"+path, bytes.NewReader([]byte(body)))
		if err != nil {
			return err
		}
		r.RemoteAddr = "127.0.0.1:40000"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if path == "/graphql" {
			r.Header.Set("Accept", "application/json")
		}
		if w.key != "" {
			r.Header.Set("X-API-Key", w.key)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		var answer answerWriter
		w.h.ServeHTTP(&answer, r)
		if !bytes.Contains(answer.body.Bytes(), []byte(want)) {
			return fmt.Errorf("%s answered %s", path, answer.body.String())
		}
		return nil
	}
}
