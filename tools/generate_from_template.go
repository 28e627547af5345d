package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/templates"
)

// GenerateIn are the arguments of ratchet_generate_from_template.
type GenerateIn struct {
	Template    string                     `json:"template" jsonschema_description:"a name from ratchet_list_templates" shown:""`
	Name        string                     `json:"name" jsonschema:"pattern=^[A-Za-z0-9_-]{1\\,100}$" jsonschema_description:"name of the task" shown:""`
	Parameters  map[string]json.RawMessage `json:"parameters" jsonschema_description:"values by parameter name; {} for the defaults" shown:"{} for the defaults"`
	Description string                     `json:"description,omitempty" jsonschema:"maxLength=10000" shown:"-"`
	Create      bool                       `json:"create,omitempty" jsonschema_description:"store the task" shown:"store it"`
	RunTests    bool                       `json:"run_tests,omitempty" jsonschema:"default=true" jsonschema_description:"with create" shown:"-"`
}

// GenerateOut is the result of ratchet_generate_from_template.
type GenerateOut struct {
	Name             string             `json:"name"`
	Description      string             `json:"description"`
	Code             string             `json:"code"`
	Language         string             `json:"language"`
	InputSchema      json.RawMessage    `json:"input_schema"`
	OutputSchema     json.RawMessage    `json:"output_schema"`
	Metadata         json.RawMessage    `json:"metadata,omitempty"`
	TestCases        []ratchet.TestCase `json:"test_cases"`
	TemplateUsed     string             `json:"template_used"`
	TemplateCategory string             `json:"template_category"`
	Parameters       map[string]any     `json:"parameters"`
	GeneratedAt      string             `json:"generated_at"`
	TaskID           string             `json:"task_id,omitempty"`
	TestResults      any                `json:"test_results,omitempty"`
	Warnings         []string           `json:"warnings,omitempty"`
}

// GenerateFromTemplate makes a task from a template.
var GenerateFromTemplate = registry.Define(registry.Spec{
	Name: "ratchet_generate_from_template", Title: "Generate from template", Toolset: "core", Category: "development",
	Creates: true, Rate: registry.RateCreate,
	Doc: "Call this to make a task with code, schemas and tests from a template of ratchet_list_templates. " +
		"Without create it is only shown, to be changed and passed to ratchet_create_task.",
	Omits:  []string{"template_used", "template_category", "generated_at"},
	Effect: registry.Writes, Executes: true,
	Routes: []registry.Route{{Method: "POST", Path: "/templates/{template}/generate"}},
	Examples: []registry.Example{{
		Title: "Store a task that calls an API",
		Args:  json.RawMessage(`{"template":"http_api_call","name":"call_api","parameters":{"timeout":10},"create":true}`),
	}},
}, generateFromTemplate)

func generateFromTemplate(ctx context.Context, d *registry.Deps, in GenerateIn) (GenerateOut, error) {
	tpl, err := templates.Get(in.Template)
	if err != nil {
		return GenerateOut{}, err
	}
	t, params, err := tpl.Generate(in.Name, in.Description, in.Parameters)
	if err != nil {
		return GenerateOut{}, err
	}
	out := GenerateOut{
		Name: t.Name, Description: t.Description, Code: t.Code, Language: string(t.Language),
		InputSchema: t.InputSchema, OutputSchema: t.OutputSchema, Metadata: t.Metadata, TestCases: t.Tests,
		TemplateUsed: tpl.Name, TemplateCategory: tpl.Category, Parameters: params, GeneratedAt: registry.Stamp(now(d)),
	}
	if !in.Create {
		return out, nil
	}
	stored, err := storeTask(ctx, d, &t, false, in.RunTests)
	if err != nil {
		return GenerateOut{}, err
	}
	out.TaskID, out.TestResults, out.Warnings = stored.TaskID, stored.TestResults, stored.Warnings
	return out, nil
}
