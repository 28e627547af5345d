package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"ratchet/registry"

	"ratchet/adapters/graphql"
)

// overGraphQL measures what GraphQL adds to a tool: requests with a document
// that is known, on one core, without a network.
func overGraphQL(ctx context.Context, d time.Duration) error {
	reg, err := registry.New(echo)
	if err != nil {
		return err
	}
	deps := &registry.Deps{}
	h, err := graphql.New(graphql.Config{Registry: reg, Deps: deps})
	if err != nil {
		return err
	}
	defer h.Close()
	direct := func(ctx context.Context) error {
		_, err := registry.Invoke(ctx, deps, echo, []byte(echoArgs))
		return err
	}
	body := []byte(`{"query":"query Echo($t: String!) { echo(text: $t) { text } }","variables":{"t":"hello"}}`)
	whole := func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/graphql", bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		var w answerWriter
		h.ServeHTTP(&w, r)
		if bytes.Contains(w.body.Bytes(), []byte(`"errors"`)) {
			return errors.New(w.body.String())
		}
		return nil
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	alone, all := measure(ctx, d, []caller{direct}), measure(ctx, d, []caller{whole})
	t := newTable("GraphQL on one core (T12: a known document at least 40,000/s before the tool's own cost)", "what", "rate", "p50", "p99")
	row := func(name string, r rate) { t.row(name, perSecond(r.perSecond), micros(r.p50), micros(r.p99)) }
	row("ratchet echo by direct call", alone)
	row("ratchet echo by GraphQL", all)
	if own := 1/all.perSecond - 1/alone.perSecond; own > 0 {
		t.row("GraphQL alone", perSecond(1/own), fmt.Sprintf("%.0f us", own*1e6), "")
	}
	t.print()
	return nil
}

// answerWriter keeps an answer's body.
type answerWriter struct {
	header http.Header
	body   bytes.Buffer
}

// Header are the answer's headers.
func (w *answerWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// Write keeps p.
func (w *answerWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

// WriteHeader does nothing: the body tells.
func (w *answerWriter) WriteHeader(int) {}

// SetReadDeadline does nothing: nothing is waited for.
func (w *answerWriter) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing either.
func (w *answerWriter) SetWriteDeadline(time.Time) error { return nil }
