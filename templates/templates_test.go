package templates_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ratchet"
	"ratchet/templates"
)

func TestListHoldsTheSeven(t *testing.T) {
	var names []string
	for _, tpl := range templates.List() {
		names = append(names, tpl.Name)
		if tpl.Category == "" || tpl.Description == "" || len(tpl.Tags) == 0 {
			t.Errorf("%s lacks a category, description or tags", tpl.Name)
		}
	}
	want := []string{"data_transform", "file_processor", "http_api_call", "scheduled_job", "testing_utility", "validation", "webhook_handler"}
	if !slices.Equal(names, want) {
		t.Errorf("names = %v, want %v", names, want)
	}
}

func TestGetKnowsAliasesAndNearest(t *testing.T) {
	for alias, want := range map[string]string{
		"http-client": "http_api_call", "http-api-call": "http_api_call", "data-transform": "data_transform", "Validation": "validation",
	} {
		if tpl, err := templates.Get(alias); err != nil || tpl.Name != want {
			t.Errorf("Get(%q) = %q, %v; want %q", alias, tpl.Name, err, want)
		}
	}
	_, err := templates.Get("webhok_handler")
	e := ratchet.AsError(err)
	if e.Code != ratchet.CodeNotFound || e.Fields[ratchet.FieldNearest] != "webhook_handler" {
		t.Errorf("Get of a misspelt name: %+v", e)
	}
}

func TestGenerateRefuses(t *testing.T) {
	tests := []struct {
		name, template, params, part string
	}{
		{"missing", "scheduled_job", `{}`, "job_name"},
		{"unknown", "validation", `{"strikt": true}`, "strikt"},
		{"enum", "http_api_call", `{"auth_type": "baerer"}`, "bearer"},
		{"type", "http_api_call", `{"retries": "many"}`, "integer"},
		{"fraction", "http_api_call", `{"retries": 1.5}`, "integer"},
		{"bounds", "http_api_call", `{"retries": 11}`, "bounds"},
		{"pattern", "http_api_call", `{"auth_secret": "a b"}`, "match"},
		{"object value", "data_transform", `{"mapping": {"a": 1}}`, "string"},
		{"header", "http_api_call", `{"default_headers": {"a": "b\r\nc: d"}}`, "string"},
		{"list", "validation", `{"schema": []}`, "object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var params map[string]json.RawMessage
			if err := json.Unmarshal([]byte(test.params), &params); err != nil {
				t.Fatal(err)
			}
			_, _, err := templates.Generate(test.template, "x", "", params)
			e := ratchet.AsError(err)
			if err == nil || e.Code != ratchet.CodeInvalid || !strings.Contains(e.Message, test.part) || e.Hint == "" {
				t.Errorf("Generate = %+v", e)
			}
		})
	}
}

// draw makes a permitted value of p.
func draw(t *rapid.T, p templates.Parameter) json.RawMessage {
	var value any
	switch {
	case len(p.Enum) > 0:
		value = rapid.SampledFrom(p.Enum).Draw(t, p.Name)
	case p.Type == "string":
		value = rapid.StringMatching(p.Pattern).Draw(t, p.Name)
	case p.Type == "integer":
		value = rapid.IntRange(int(*p.Minimum), int(*p.Maximum)).Draw(t, p.Name)
	case p.Type == "boolean":
		value = rapid.Bool().Draw(t, p.Name)
	case p.ValPattern != "":
		keys := rapid.String()
		if p.KeyPattern != "" {
			keys = rapid.StringMatching(p.KeyPattern)
		}
		value = rapid.MapOfN(keys, rapid.StringMatching(p.ValPattern), 0, 3).Draw(t, p.Name)
	default:
		keys := rapid.OneOf(rapid.String(), rapid.Just("__proto__"))
		value = rapid.MapOfN(keys, rapid.OneOf(rapid.String().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny()), 0, 3).Draw(t, p.Name)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestParsesWithAnyValue lets Node, a parser that is not ours, read what the
// templates generate.
func TestParsesWithAnyValue(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	dir := t.TempDir()
	for _, tpl := range templates.List() {
		for i := range 3 {
			gen := rapid.Custom(func(t *rapid.T) ratchet.Task { return drawTask(t, tpl) })
			name := filepath.Join(dir, tpl.Name+string(rune('a'+i))+".mjs")
			if err := os.WriteFile(name, []byte(gen.Example(i).Code), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(node, "--check", name).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", tpl.Name, err, out)
			}
		}
	}
}

func drawTask(t *rapid.T, tpl templates.Template) ratchet.Task {
	params := map[string]json.RawMessage{}
	for _, p := range tpl.Parameters {
		if p.Required || rapid.Bool().Draw(t, "set "+p.Name) {
			params[p.Name] = draw(t, p)
		}
	}
	task, used, err := tpl.Generate("made", "", params)
	if err != nil {
		t.Fatalf("Generate(%s): %v", params, err)
	}
	if len(used) != len(tpl.Parameters) || len(task.Tests) != 2 || !json.Valid(task.Metadata) {
		t.Fatalf("Generate gave %d parameters, %d tests, metadata %s", len(used), len(task.Tests), task.Metadata)
	}
	return task
}
