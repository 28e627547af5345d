//go:build openapi

package server

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"ratchet/adapters/openapi"
)

// TestAnswersFitTheDocument lets a library of others check real answers.
func TestAnswersFitTheDocument(t *testing.T) {
	s := openWhole(t)
	text, err := openapi.Document(s.described())
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
