package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet/adapters/typescript"
	"ratchet/server"
	"ratchet/server/config"
)

type greetIn struct {
	SomeName string `json:"some_name" jsonschema:"required" jsonschema_description:"Whom to greet"`
}

type greetOut struct {
	TheGreeting string `json:"the_greeting"`
}

// TestNewToolIsOnEverySurface adds one tool by its Spec and finds it, with the
// same answer, wherever tools are.
func TestNewToolIsOnEverySurface(t *testing.T) {
	greet := registry.Define(registry.Spec{
		Name: "ratchet_greet_somebody", Title: "Greet somebody", Doc: "Call this to greet.",
		Toolset: "core", Category: "discovery", Effect: registry.Reads,
		Routes:   []registry.Route{{Method: "GET", Path: "/greetings/{some_name}", Field: "greeting"}},
		Examples: []registry.Example{{Title: "A greeting", Args: json.RawMessage(`{"some_name":"Ada"}`)}},
	}, func(_ context.Context, _ *registry.Deps, in greetIn) (greetOut, error) {
		return greetOut{"hello " + in.SomeName}, nil
	})
	cfg, err := config.Load(config.Options{
		Env: []string{}, Dir: t.TempDir(), User: t.TempDir(),
		Flags: map[string]string{"data_dir": filepath.Join(t.TempDir(), "data"), "execution.workers.warm": "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), cfg, server.Options{Tools: []registry.Tool{greet}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	fetch := func(method, path, body string) string { return fetched(t, method, web.URL+path, body) }
	for surface, c := range map[string]struct {
		answer string
		wants  []string
	}{
		"REST, as a tool":      {fetch("POST", "/api/v1/tools/ratchet_greet_somebody", `{"someName":"Ada"}`), []string{`"theGreeting":"hello Ada"`}},
		"REST, as a resource":  {fetch("GET", "/api/v1/greetings/Ada", ""), []string{`"theGreeting":"hello Ada"`}},
		"GraphQL":              {fetch("POST", "/graphql", `{"query":"{ greetSomebody(someName: \"Ada\") { theGreeting } greeting(someName: \"Bob\") { theGreeting } }"}`), []string{"hello Ada", "hello Bob"}},
		"its schema":           {fetch("POST", "/graphql", `{"query":"{ __schema { queryType { fields { name description args { name description } } } } }"}`), []string{`"greetSomebody"`, "Call this to greet.", "Whom to greet"}},
		"OpenAPI":              {fetch("GET", "/api-docs/openapi.json", ""), []string{"/api/v1/tools/ratchet_greet_somebody", "/api/v1/greetings/{someName}", "Whom to greet"}},
		"the reference":        {fetch("POST", "/api/v1/tools/ratchet_get_developer_endpoint_reference", `{}`), []string{"ratchet_greet_somebody", "Call this to greet."}},
		"MCP and command line": {ran(t, "call", "ratchet_greet_somebody", `{"some_name":"Ada"}`, "--connect", web.URL, "--json"), []string{`"the_greeting"`, "hello Ada"}},
		"the list of tools":    {ran(t, "tools", "--connect", web.URL), []string{"ratchet_greet_somebody"}},
		"TypeScript":           {typescript.Client(typescript.ToolsOf(s.Registry()), "dev"), []string{"greetSomebody(", "theGreeting: string"}},
	} {
		for _, want := range c.wants {
			if !strings.Contains(c.answer, want) {
				t.Errorf("%s: no %s in %.2000s", surface, want, c.answer)
			}
		}
	}
}

// fetched is the body of a web server's answer.
func fetched(t *testing.T, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ran is what a command prints; it must succeed.
func ran(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	if code := a.run(t.Context(), args); code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr.String())
	}
	return stdout.String()
}
