package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ratchet/adapters/openapi"
	"ratchet/registry"
)

// TestRoutesKeepTheirPromises calls every route of every tool with an example that fits
// it, and compares the status and headers with what the document says of the route.
func TestRoutesKeepTheirPromises(t *testing.T) {
	document, err := openapi.Document(openWhole(t).described())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, tool := range openWhole(t).registry.Whole().List() {
		for _, route := range tool.Routes {
			if route.Method == "" {
				continue
			}
			n++
			t.Run(route.Method+" "+route.Path, func(t *testing.T) {
				example, ok := exampleFor(tool, route)
				if !ok {
					t.Fatalf("%s has no example with %q", tool.Name, route.Variables())
				}
				keepsPromise(t, document, tool, route, example)
			})
		}
	}
	if n < 70 {
		t.Errorf("only %d routes were found", n)
	}
}

// routeExamples are calls of routes that no example of a tool fits, by method and path.
func routeExamples() map[string]registry.Example {
	call := func(tool, args string) registry.Call {
		return registry.Call{Tool: tool, Args: json.RawMessage(args)}
	}
	add := call("ratchet_create_task", `{"name":"add","description":"d","code":"export default (i) => { if (!i.ok) throw new Error('no'); return 1 }","input_schema":{"type":"object"},"output_schema":{}}`)
	failed := call("ratchet_execute_task", `{"task_id":"add","input":{"ok":false}}`)
	slow := call("ratchet_create_task", `{"name":"slow","description":"d","code":"export default () => new Promise((r) => setTimeout(r, 60000))","input_schema":{"type":"object"},"output_schema":{}}`)
	stored := call("ratchet_store_result", `{"task_id":"add","input":{},"output":null,"status":"running"}`)
	made := func(args string, setup ...registry.Call) registry.Example {
		return registry.Example{Setup: setup, Args: json.RawMessage(args)}
	}
	return map[string]registry.Example{
		"POST /executions/{execution_id}/cancel": made(`{"execution_id":"1"}`, slow, call("ratchet_execute_task", `{"task_id":"slow","input":{},"wait":0}`)),
		"POST /executions/{execution_id}/retry":  made(`{"execution_id":"1","input":{"ok":true}}`, add, failed),
		"PATCH /executions/{execution_id}":       made(`{"execution_id":"1","status":"completed","output":2}`, add, stored),
		"PUT /executions/{execution_id}":         made(`{"execution_id":"1","status":"completed","output":2}`, add, stored),
		"PUT /tasks/{task_id}":                   made(`{"task_id":"add","description":"Returns 2.","code":"export default () => 2","input_schema":{"type":"object"},"output_schema":{}}`, add),
		"GET /mcp/results/{task_id}":             made(`{"task_id":"add"}`, add, failed),
		"GET /workers/{worker_id}":               made(`{"worker_id":"1"}`, add, failed),
		"GET /templates/{template}":              made(`{"template":"http_api_call"}`),
		"GET /secrets/{name}":                    made(`{"name":"TOKEN"}`, call("ratchet_set_secret", `{"name":"TOKEN","value":"example","task_patterns":["a-*"],"hosts":["api.example.com"]}`)),
		"GET /api-keys/{key_id}":                 made(`{"key_id":"ci"}`, call("ratchet_create_api_key", `{"name":"ci","permissions":"execute"}`)),
		"GET /users/{user_id}":                   made(`{"user_id":"ada"}`, call("ratchet_create_user", `{"username":"ada","role":"readonly","password":"correct horse battery staple"}`)),
	}
}

// exampleFor is the first example that names everything in the path, and nothing that
// the route fixes otherwise.
func exampleFor(tool registry.Tool, route registry.Route) (registry.Example, bool) {
	if ex, ok := routeExamples()[route.Method+" "+route.Path]; ok {
		return ex, true
	}
	for _, ex := range tool.Examples {
		var args, set map[string]json.RawMessage
		_ = json.Unmarshal(ex.Args, &args)
		_ = json.Unmarshal(route.Set, &set)
		fits := true
		for _, name := range route.Variables() {
			fits = fits && len(args[name]) > 0
		}
		for name, value := range set {
			fits = fits && (args[name] == nil || string(args[name]) == string(value))
		}
		if fits {
			return ex, true
		}
	}
	return registry.Example{}, false
}

func keepsPromise(t *testing.T, document []byte, tool registry.Tool, route registry.Route, ex registry.Example) {
	s := openWhole(t)
	for _, c := range ex.Setup {
		setup, _ := s.registry.Whole().Lookup(c.Tool)
		if w := send(t, s, http.MethodPost, "/api/v1/tools/"+c.Tool, string(camelArgs(t, setup, c.Args))); w.Code >= 300 {
			t.Logf("set-up %s: %d %s", c.Tool, w.Code, w.Body) // executions that fail are set up too
		}
	}
	var args map[string]json.RawMessage
	if err := json.Unmarshal(camelArgs(t, tool, ex.Args), &args); err != nil {
		t.Fatal(err)
	}
	path := "/api/v1" + route.Path
	for _, name := range route.Variables() {
		camel := tool.Args().Field(name).Camel
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(strings.Trim(string(args[camel]), `"`)), 1)
		delete(args, camel)
	}
	var set map[string]json.RawMessage
	_ = json.Unmarshal(route.Set, &set)
	for name := range set {
		delete(args, tool.Args().Field(name).Camel)
	}
	body := ""
	if route.Method == http.MethodGet || route.Method == http.MethodDelete {
		if args["confirm"] != nil {
			path += "?confirm=true"
		}
	} else {
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		body = string(raw)
	}
	w := send(t, s, route.Method, path, body)
	want := tool.Answer(route)
	if w.Code != want.Status && (!want.Runs || w.Code != http.StatusAccepted) {
		t.Fatalf("%s %s %s: %d, want %d: %s", route.Method, path, body, w.Code, want.Status, w.Body)
	}
	bare, _, _ := strings.Cut(path, "?")
	for _, header := range []string{"ETag", "Location", "X-Total-Count", "Content-Range"} {
		if promised := promises(t, document, route.Method, bare, w.Code, header); promised != (w.Header().Get(header) != "") {
			t.Errorf("%s is %q, promised: %v", header, w.Header().Get(header), promised)
		}
	}
}

// camelArgs are arguments as REST takes them.
func camelArgs(t *testing.T, tool registry.Tool, args json.RawMessage) json.RawMessage {
	t.Helper()
	out, err := tool.Args().Camel(args)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// send sends one request as the machine's owner.
func send(t *testing.T, s *Server, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:1"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
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
		if _, exact := doc.Paths[path]; pattern != path && (exact || !regexp.MustCompile("^"+variable.ReplaceAllString(pattern, "[^/]+")+"$").MatchString(path)) {
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
