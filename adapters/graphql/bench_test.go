package graphql_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet/adapters/graphql"
)

type benchIn struct {
	Text string `json:"text"`
}

type benchOut struct {
	Text  string      `json:"text"`
	Items []benchItem `json:"items"`
}

type benchItem struct {
	ItemID string `json:"item_id"`
	Count  int    `json:"count"`
}

// benchTools is a registry whose tool costs next to nothing.
func benchTools(tb testing.TB, items int) *registry.Registry {
	tb.Helper()
	list := make([]benchItem, items)
	for i := range list {
		list[i] = benchItem{ItemID: "some-item", Count: i}
	}
	r, err := registry.New(registry.Define(registry.Spec{
		Name: "ratchet_echo", Title: "Echo", Doc: "Echoes.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}, func(_ context.Context, _ *registry.Deps, in benchIn) (benchOut, error) {
		return benchOut{Text: in.Text, Items: list}, nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func benchHandler(tb testing.TB, items int) *graphql.Handler {
	tb.Helper()
	h, err := graphql.New(graphql.Config{Registry: benchTools(tb, items), Deps: &registry.Deps{}, Introspection: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(h.Close)
	return h
}

// sink is a ResponseWriter that keeps nothing but the size.
type sink struct {
	header http.Header
	n      int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(p []byte) (int, error) { s.n += len(p); return len(p), nil }

func benchmark(b *testing.B, h http.Handler, query string, variables map[string]any) {
	raw, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		b.Fatal(err)
	}
	body := string(raw)
	first := httptest.NewRecorder()
	ask := func(w http.ResponseWriter) {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(w, r)
	}
	ask(first)
	if !strings.Contains(first.Body.String(), `"data":{"echo"`) && !strings.Contains(first.Body.String(), `"__typename"`) {
		b.Fatal(first.Body.String())
	}
	b.ReportAllocs()
	for b.Loop() {
		ask(&sink{header: http.Header{}})
	}
}

// BenchmarkCachedDocument is T12: one field by a document that is known.
func BenchmarkCachedDocument(b *testing.B) {
	benchmark(b, benchHandler(b, 0), `query Echo($t: String!) { echo(text: $t) { text } }`, map[string]any{"t": "hello"})
}

// BenchmarkNothing is what a request costs without any tool.
func BenchmarkNothing(b *testing.B) {
	benchmark(b, benchHandler(b, 0), `{ __typename }`, nil)
}

// BenchmarkList shows a list of a hundred.
func BenchmarkList(b *testing.B) {
	benchmark(b, benchHandler(b, 100), `{ echo(text: "x") { text items { itemId count } } }`, nil)
}

// BenchmarkTool is the tool's own cost, with its result as JSON.
func BenchmarkTool(b *testing.B) {
	t, _ := benchTools(b, 0).Lookup("ratchet_echo")
	b.ReportAllocs()
	for b.Loop() {
		out, err := registry.Invoke(b.Context(), &registry.Deps{}, t, json.RawMessage(`{"text":"hello"}`))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := json.Marshal(out); err != nil {
			b.Fatal(err)
		}
	}
}
