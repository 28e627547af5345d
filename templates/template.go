package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"ratchet"
	"ratchet/schema"
)

//go:embed files
var files embed.FS

// Template is one kind of task an author can start from.
type Template struct {
	Name        string
	Category    string
	Description string
	Tags        []string
	Parameters  []Parameter // in the order of their importance

	language ratchet.Language
	code     string // with {{parameter}} where a literal goes
	input    json.RawMessage
	output   json.RawMessage
	metadata string   // JSON text with "{{parameter}}" strings
	tests    []string // JSON texts, likewise
}

// Parameter is one value an author may choose. Zero bounds mean no bound.
type Parameter struct {
	Name        string          `json:"name"`
	Type        string          `json:"type"` // string, integer, number, boolean or object
	Required    bool            `json:"required,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"` // nil when Required
	Description string          `json:"description"`
	Enum        []string        `json:"enum,omitempty"`          // allowed strings
	Pattern     string          `json:"pattern,omitempty"`       // of a string
	Means       string          `json:"means,omitempty"`         // what Pattern matches, in words
	Minimum     *float64        `json:"minimum,omitempty"`       // of a number, inclusive
	Maximum     *float64        `json:"maximum,omitempty"`       // of a number, inclusive
	KeyPattern  string          `json:"key_pattern,omitempty"`   // of an object's keys
	ValPattern  string          `json:"value_pattern,omitempty"` // of an object's values, which are then strings
}

// manifest is template.json.
type manifest struct {
	Name        string          `json:"name"`
	Category    string          `json:"category"`
	Description string          `json:"description"`
	Tags        []string        `json:"tags"`
	Parameters  []Parameter     `json:"parameters"`
	Metadata    json.RawMessage `json:"metadata"`
}

// aliases are further names of a template; - for _ is always accepted.
func aliases(name string) string {
	name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "-", "_")
	switch name {
	case "http_client", "api_call", "http":
		return "http_api_call"
	case "webhook":
		return "webhook_handler"
	}
	return name
}

// functionName is a parameter of every template.
var functionName = Parameter{
	Name: "function_name", Type: "string", Default: json.RawMessage(`"main"`),
	Pattern:     `^[A-Za-z$][A-Za-z0-9_$]{0,63}$`,
	Description: "A further name under which main is exported",
}

var load = sync.OnceValue(func() []Template {
	dirs, err := fs.ReadDir(files, "files")
	if err != nil {
		panic(err) // the files are part of the program
	}
	list := make([]Template, 0, len(dirs))
	for _, dir := range dirs {
		tpl, err := read(path.Join("files", dir.Name()))
		if err != nil {
			panic(fmt.Sprintf("template %s: %v", dir.Name(), err))
		}
		list = append(list, tpl)
	}
	return list
})

func read(dir string) (Template, error) {
	var m manifest
	text := func(name string) string {
		data, err := files.ReadFile(path.Join(dir, name))
		if err != nil {
			panic(err)
		}
		return string(data)
	}
	if err := json.Unmarshal([]byte(text("template.json")), &m); err != nil {
		return Template{}, fmt.Errorf("read template.json: %w", err)
	}
	tpl := Template{
		Name: m.Name, Category: m.Category, Description: m.Description, Tags: m.Tags,
		Parameters: append(m.Parameters, functionName), metadata: string(m.Metadata),
		language: ratchet.JavaScript, code: text("main.js"),
		input:  json.RawMessage(text("input.schema.json")),
		output: json.RawMessage(text("output.schema.json")),
	}
	tests, err := fs.ReadDir(files, path.Join(dir, "tests"))
	if err != nil {
		return Template{}, fmt.Errorf("list tests: %w", err)
	}
	for _, test := range tests {
		tpl.tests = append(tpl.tests, text(path.Join("tests", test.Name())))
	}
	return tpl, nil
}

// List returns all templates by name. The caller must not change them.
func List() []Template { return slices.Clone(load()) }

// Get finds a template by its name or an alias. The error names the nearest.
func Get(name string) (Template, error) {
	list := load()
	names := make([]string, len(list))
	for i, tpl := range list {
		if tpl.Name == aliases(name) {
			return tpl, nil
		}
		names[i] = tpl.Name
	}
	err := ratchet.Errorf(ratchet.CodeNotFound, "there is no template %q", name).
		At("/template").With(ratchet.FieldAllowed, names).
		WithHint("ratchet_list_templates lists all templates with their parameters").
		Next("ratchet_list_templates", nil)
	if near := schema.Nearest(aliases(name), names); near != "" {
		err = err.With(ratchet.FieldNearest, near)
	}
	return Template{}, err
}

// Code is the template's program with its placeholders, for display.
func (t Template) Code() string { return t.code }

// Generate is Get followed by Template.Generate.
func Generate(template, name, description string, params map[string]json.RawMessage) (ratchet.Task, map[string]any, error) {
	tpl, err := Get(template)
	if err != nil {
		return ratchet.Task{}, nil, err
	}
	return tpl.Generate(name, description, params)
}
