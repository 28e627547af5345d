package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"ratchet/registry"

	"ratchet/adapters/rest"
)

// overREST measures what REST adds to a tool, on one core and without a
// network, beside a handler that only reads and writes the same JSON; and what
// idle readers of live events cost.
func overREST(ctx context.Context, d time.Duration) error {
	reg, err := registry.New(echo)
	if err != nil {
		return err
	}
	deps := &registry.Deps{}
	h, err := rest.New(rest.Config{Registry: reg, Deps: deps})
	if err != nil {
		return err
	}
	defer h.Close()
	direct := func(ctx context.Context) error {
		_, err := registry.Invoke(ctx, deps, echo, []byte(echoArgs))
		return err
	}
	through := func(h http.Handler) caller {
		return func(ctx context.Context) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/api/v1/tools/"+echo.Name, bytes.NewReader([]byte(echoArgs)))
			if err != nil {
				return err
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Request-Id", "req_bench")
			var w answerWriter
			h.ServeHTTP(&w, r)
			if !bytes.Contains(w.body.Bytes(), []byte(`"data"`)) {
				return fmt.Errorf("answered %s", w.body.String())
			}
			return nil
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	alone := measure(ctx, d, []caller{direct})
	floor := measure(ctx, d, []caller{through(http.HandlerFunc(bareJSON))})
	all := measure(ctx, d, []caller{through(h)})
	t := newTable("REST on one core (T11: over the direct call within 1.5x of a bare handler of the same JSON)", "what", "rate", "p50", "p99", "of bare")
	row := func(name string, r rate) {
		t.row(name, perSecond(r.perSecond), micros(r.p50), micros(r.p99), fmt.Sprintf("%.2fx", floor.perSecond/r.perSecond))
	}
	row("ratchet echo by direct call", alone)
	row("bare net/http handler", floor)
	row("ratchet echo by REST", all)
	if own := 1/all.perSecond - 1/alone.perSecond; own > 0 {
		t.row("REST over the direct call", perSecond(1/own), fmt.Sprintf("%.1f us", own*1e6), "", fmt.Sprintf("%.2fx", own*floor.perSecond))
	}
	t.print()
	return idleStreams(ctx, 1000)
}

// bareJSON reads and writes what the REST call does, and nothing else.
func bareJSON(w http.ResponseWriter, r *http.Request) {
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"data": in, "meta": map[string]any{"requestId": "req_bench", "timestamp": time.Now().UTC().Format(time.RFC3339Nano)},
	})
}

// idleStreams measures the memory of readers of live events that get none, of a
// whole server that knows them by their key.
func idleStreams(ctx context.Context, n int) error {
	w, err := wholeServer(ctx, "true")
	if err != nil {
		return err
	}
	defer w.stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: w.h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(l) }() // it ends by Close
	defer srv.Close()
	conns := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	answer := make([]byte, 2048)
	open := func() error {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		conns = append(conns, c)
		if _, err := io.WriteString(c, "GET /api/v1/events HTTP/1.1\r\nHost: "+l.Addr().String()+"\r\nX-API-Key: "+w.key+"\r\n\r\n"); err != nil {
			return err
		}
		for got := 0; !bytes.Contains(answer[:got], []byte(": open\n\n")); {
			k, err := c.Read(answer[got:])
			if err != nil {
				return fmt.Errorf("open a stream: %w after %q", err, answer[:got])
			}
			got += k
		}
		return nil
	}
	if err := open(); err != nil { // what the first request makes is no reader's
		return err
	}
	before := inUse()
	for range n {
		if err := open(); err != nil {
			return err
		}
	}
	each := float64(inUse()-before) / float64(n) / 1024
	t := newTable("Idle readers of live events (at most 20 KB each, both ends counted)", "readers", "memory each")
	t.row(fmt.Sprint(n), fmt.Sprintf("%.1f KB", each))
	t.print()
	return nil
}

// inUse is the memory of heap and stacks after a collection.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
