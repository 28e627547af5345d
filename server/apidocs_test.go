package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"ratchet/adapters/openapi"
	"ratchet/server/auth"
	"ratchet/server/config"
)

// openWhole opens a server with everything on.
func openWhole(t *testing.T) *Server {
	t.Helper()
	cfg, err := config.Load(config.Options{
		Dir: t.TempDir(), User: t.TempDir(), Env: []string{},
		Flags: map[string]string{"data_dir": t.TempDir(), "execution.workers.count": "1", "execution.workers.warm": "0"},
	})
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
	text, err := openapi.Document(s.described(mux))
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

// TestAnswersFitTheDocument lets a library of others check real answers.
func TestAnswersFitTheDocument(t *testing.T) {
	s := openWhole(t)
	text, err := openapi.Document(s.described(s.routes()))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, faults := validator.NewValidator(doc)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	const task = `{"name":"add","description":"Adds.","code":"export default (i) => ({sum: i.a + i.b})","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}}`
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/api/v1/tasks", task, 201},
		{"POST", "/api/v1/tasks", task, 409},
		{"POST", "/api/v1/tasks", `{"name":1}`, 400},
		{"POST", "/api/v1/tasks", `{`, 400},
		{"GET", "/api/v1/tasks?_sort=name&_order=DESC&name_like=a&limit=5", "", 200},
		{"GET", "/api/v1/tasks?_start=0&_end=10", "", 200},
		{"GET", "/api/v1/tasks?_sort=nope", "", 400},
		{"GET", "/api/v1/tasks?nope=1", "", 400},
		{"GET", "/api/v1/tasks/add", "", 200},
		{"GET", "/api/v1/tasks/nope", "", 404},
		{"PATCH", "/api/v1/tasks/add", `{"description":"Adds two numbers."}`, 200},
		{"POST", "/api/v1/tasks/add/execute", `{"input":{"a":1,"b":2}}`, 200},
		{"POST", "/api/v1/tasks/add/validate", `{}`, 200},
		{"GET", "/api/v1/executions?status=completed", "", 200},
		{"GET", "/api/v1/executions/1", "", 200},
		{"GET", "/api/v1/executions/1/logs", "", 200},
		{"GET", "/api/v1/executions/nope", "", 400},
		{"GET", "/api/v1/executions/999", "", 404},
		{"GET", "/api/v1/tools", "", 200},
		{"POST", "/api/v1/bulk", `{"calls":[{"tool":"ratchet_list_available_tasks"},{"tool":"nope"}]}`, 200},
		{"POST", "/api/v1/tools/ratchet_get_execution_status", `{"executionId":"1"}`, 200},
		{"POST", "/api/v1/tools/ratchet_get_developer_integration_guide", `{}`, 200},
		{"DELETE", "/api/v1/tasks/add?force=true", "", 204},
		{"GET", "/health/detailed", "", 200},
		{"GET", "/", "", 200},
		{"GET", "/ready", "", 200},
		{"GET", "/mcp/health", "", 200},
		{"POST", "/graphql", `{"query":"{ __typename }"}`, 200},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, web.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if c.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.status {
				t.Fatalf("%d, want %d: %s", answer.StatusCode, c.status, body)
			}
			if promised := promises(t, text, c.method, r.URL.Path, c.status, "ETag"); promised != (answer.Header.Get("ETag") != "") {
				t.Errorf("ETag %q, promised: %v", answer.Header.Get("ETag"), promised)
			}
			answer.Body = io.NopCloser(bytes.NewReader(body))
			if ok, found := v.ValidateHttpResponse(r, answer); !ok {
				for _, f := range found {
					t.Errorf("%s: %s", f.Message, f.Reason)
					for _, e := range f.SchemaValidationErrors {
						t.Errorf("  %s: %s", e.FieldPath, e.Reason)
					}
				}
				t.Errorf("%.600s", body)
			}
		})
	}
}

// promises says whether the document promises a header of an answer.
func promises(t *testing.T, document []byte, method, path string, status int, header string) bool {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Headers map[string]json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`\{\w+\}`)
	for pattern, item := range doc.Paths {
		if pattern != path && !regexp.MustCompile("^"+variable.ReplaceAllString(pattern, "[^/]+")+"$").MatchString(path) {
			continue
		}
		if answer, ok := item[strings.ToLower(method)].Responses[strconv.Itoa(status)]; ok {
			_, promised := answer.Headers[header]
			return promised
		}
	}
	t.Errorf("%s %s is not described with %d", method, path, status)
	return false
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
	for _, o := range s.operations(mux) {
		if strings.HasPrefix(o.Path, "/api/v1/auth/") {
			described++
		}
	}
	if logins == 0 || logins != described {
		t.Errorf("%d logins are mounted, %d described", logins, described)
	}
}
