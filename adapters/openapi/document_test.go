package openapi_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"ratchet/registry"

	"go.yaml.in/yaml/v3"

	"ratchet/adapters/openapi"
	"ratchet/casing"
	"ratchet/tools"
)

func everything(t testing.TB) *registry.Registry {
	t.Helper()
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func document(t testing.TB, cfg openapi.Config) []byte {
	t.Helper()
	if cfg.Tools == nil {
		cfg.Tools = everything(t)
	}
	text, err := openapi.Document(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var variable = regexp.MustCompile(`\{\w+\}`)

// TestEveryTool looks for each tool, route, argument and example.
func TestEveryTool(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			Tool        string `json:"x-ratchet-tool"`
			Parameters  []struct{ Name, In string }
			RequestBody struct {
				Content map[string]struct {
					Examples map[string]struct{ Value json.RawMessage }
				}
			}
		}
	}
	text := document(t, openapi.Config{})
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, tool := range everything(t).List() {
		op, ok := doc.Paths["/api/v1/tools/"+tool.Name]["post"]
		if !ok || op.Tool != tool.Name {
			t.Errorf("%s is not there", tool.Name)
		}
		if got := len(op.RequestBody.Content["application/json"].Examples); got != len(tool.Examples) {
			t.Errorf("%s: %d examples, want %d", tool.Name, got, len(tool.Examples))
		}
		seen++
		for _, r := range tool.Routes {
			if r.Method == "" {
				continue
			}
			path := "/api/v1" + variable.ReplaceAllStringFunc(r.Path, casing.Camel)
			if op, ok := doc.Paths[path][strings.ToLower(r.Method)]; !ok || op.Tool != tool.Name {
				t.Errorf("%s %s of %s is not there", r.Method, path, tool.Name)
			}
			seen++
		}
	}
	total := 0
	for _, item := range doc.Paths {
		total += len(item)
	}
	if total != seen {
		t.Errorf("%d operations, want %d", total, seen)
	}
}

// TestYAML: both forms say the same.
func TestYAML(t *testing.T) {
	h, err := openapi.New(openapi.Config{Tools: everything(t)})
	if err != nil {
		t.Fatal(err)
	}
	inJSON, inYAML := get(t, h, "/api-docs/openapi.json", 200), get(t, h, "/api-docs/openapi.yaml", 200)
	var a, b any
	if err := yaml.Unmarshal(inJSON.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(inYAML.Body.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) || len(x) < 10_000 {
		t.Errorf("the forms differ: %d and %d bytes", len(x), len(y))
	}
}

// TestOpenObjects: an object of which nothing is declared says that it may
// hold anything, everywhere in the document.
func TestOpenObjects(t *testing.T) {
	var all any
	if err := json.Unmarshal(document(t, openapi.Config{}), &all); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["type"] == "object" && v["properties"] == nil && !strings.HasSuffix(at, "/value") && !strings.Contains(at, "/value/") {
				found++
				if v["additionalProperties"] == nil {
					t.Errorf("%s does not say that it is open", at)
				}
			}
			for key, below := range v {
				walk(at+"/"+key, below)
			}
		case []any:
			for _, below := range v {
				walk(at, below)
			}
		}
	}
	walk("", all)
	if found == 0 {
		t.Error("there are no open objects")
	}
}

type newIn struct {
	SomeName string `json:"some_name" jsonschema_description:"a name"`
}

type newOut struct {
	TheResult string `json:"the_result"`
}

// TestNewTool: a tool that is registered is described, without a line here.
func TestNewTool(t *testing.T) {
	added := registry.Define(registry.Spec{
		Name: "ratchet_do_new_things", Title: "Do new things", Doc: "Call it in a test.", Toolset: "core", Category: "execution", Effect: registry.Writes,
		Routes:   []registry.Route{{Method: "PUT", Path: "/things/{some_name}"}},
		Examples: []registry.Example{{Title: "A new thing", Args: json.RawMessage(`{"some_name":"x"}`)}},
	}, func(context.Context, *registry.Deps, newIn) (newOut, error) { return newOut{}, nil })
	r, err := registry.New(append(tools.All(), added)...)
	if err != nil {
		t.Fatal(err)
	}
	text := string(document(t, openapi.Config{Tools: r}))
	for _, want := range []string{
		`"/api/v1/tools/ratchet_do_new_things"`, `"/api/v1/things/{someName}"`, `"putThingsBySomeName"`, `"theResult"`, `{"someName":"x"}`, `"DoNewThingsInput"`, `"name":"Things"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the document has no %s", want)
		}
	}
}

// TestRoutesAreDescribedInRoutes: who reads of a route knows no tools.
func TestRoutesAreDescribedInRoutes(t *testing.T) {
	reg, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := openapi.Document(openapi.Config{Tools: reg})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct{ Summary, Description string }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	named := 0
	for path, item := range doc.Paths {
		for method, op := range item {
			said := op.Summary + " " + op.Description
			if strings.HasPrefix(path, "/api/v1/tools/") {
				named += strings.Count(said, "ratchet_")
			} else if regexp.MustCompile(`\bratchet_[a-z_]*[a-z]\b`).MatchString(said) {
				t.Errorf("%s %s is described by tools: %s", method, path, said)
			}
		}
	}
	if put := doc.Paths["/api/v1/tasks/{taskId}"]["put"]; strings.Contains(put.Description, "left out stays") || put.Summary == "" || named == 0 {
		t.Errorf("PUT says %q; tools are named %d times", put, named)
	}
}
