package server

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet/adapters/openapi"
	"ratchet/server/auth"
)

// openWhole opens a server with everything on.
func openWhole(t *testing.T) *Server {
	t.Helper()
	return wholeServer(t, "rate_limit.enabled", "true")
}

// patterns are those of a mux, which keeps them to itself.
func patterns(t *testing.T, mux *http.ServeMux) []string {
	t.Helper()
	found := map[string]bool{}
	index := reflect.ValueOf(mux).Elem().FieldByName("index")
	note := func(list reflect.Value) {
		for i := range list.Len() {
			found[list.Index(i).Elem().FieldByName("str").String()] = true
		}
	}
	for _, list := range index.FieldByName("segments").Seq2() {
		note(list)
	}
	note(index.FieldByName("multis"))
	if len(found) < 10 {
		t.Fatalf("only %d patterns were found", len(found))
	}
	return slices.Sorted(maps.Keys(found))
}

// TestDocumentedRoutes compares the document with what is served, both ways.
func TestDocumentedRoutes(t *testing.T) {
	s := openWhole(t)
	var served []string
	mux := s.routes()
	for _, p := range patterns(t, mux) {
		switch p {
		case "/api/v1/":
			h, err := s.rest.get()
			if err != nil {
				t.Fatal(err)
			}
			served = append(served, h.Routes()...)
		case "/graphql":
			served = append(served, "GET /graphql", "POST /graphql")
		case "GET /api-docs/":
			served = append(served, "GET /api-docs/openapi.json", "GET /api-docs/openapi.yaml")
		case "/mcp", "/mcp/{$}", "GET /docs/", "GET /playground/", "GET /.well-known/oauth-protected-resource/{rest...}":
			// JSON-RPC, a redirect, and the files of pages
		default:
			served = append(served, strings.TrimSuffix(p, "{$}"))
		}
	}
	text, err := openapi.Document(s.described())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var described []string
	for path, item := range doc.Paths {
		for method := range item {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if diff := cmp.Diff(served, described); diff != "" {
		t.Errorf("served (-) and described (+) differ:\n%s", diff)
	}
}

// TestLoginsAreDescribed compares the logins that can be mounted with their
// descriptions.
func TestLoginsAreDescribed(t *testing.T) {
	s := openWhole(t)
	a, err := auth.New(t.Context(), auth.Config{Store: s.deps.Store})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	mux := s.routes()
	if !slices.Contains(patterns(t, mux), "POST /api/v1/auth/login") {
		a.Mount(mux, "/api/v1")
	}
	logins := 0
	for _, p := range patterns(t, mux) {
		if strings.Contains(p, " /api/v1/auth/") {
			logins++
		}
	}
	described := 0
	for _, o := range s.operations() {
		if strings.HasPrefix(o.Path, "/api/v1/auth/") {
			described++
		}
	}
	if logins == 0 || logins != described {
		t.Errorf("%d logins are mounted, %d described", logins, described)
	}
}
