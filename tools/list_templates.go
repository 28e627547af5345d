package tools

import (
	"context"
	"encoding/json"
	"slices"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
	"ratchet/templates"
)

// ListTemplatesIn are the arguments of ratchet_list_templates.
type ListTemplatesIn struct {
	Category string `json:"category,omitempty"`
	Template string `json:"template,omitempty" jsonschema_description:"only this one" shown:"-"`
	Detailed bool   `json:"detailed,omitempty" jsonschema_description:"show the code too" shown:"with code, types and defaults"`
}

// TemplateItem is a template in a list.
type TemplateItem struct {
	Name               string                       `json:"name"`
	Description        string                       `json:"description"`
	Category           string                       `json:"category"`
	Tags               []string                     `json:"tags"`
	RequiredParameters []string                     `json:"required_parameters"`
	OptionalParameters []string                     `json:"optional_parameters"`
	Parameters         map[string]TemplateParameter `json:"parameters"`
	Code               string                       `json:"code,omitempty"`
}

// TemplateParameter is a value an author may choose.
type TemplateParameter struct {
	Type        string   `json:"type"`
	Default     any      `json:"default,omitempty"`
	Description string   `json:"description"`
	Enum        []string `json:"enum,omitempty"`
}

// ListTemplatesOut is the result of ratchet_list_templates.
type ListTemplatesOut struct {
	Templates  []TemplateItem `json:"templates"`
	TotalCount int            `json:"total_count"`
	Categories []string       `json:"categories" jsonschema_description:"of all templates"`
}

// ListTemplates lists the task templates.
var ListTemplates = registry.Define(registry.Spec{
	Name: "ratchet_list_templates", Title: "List templates", Toolset: "core", Category: "development",
	Doc:    "Call this before you write a task from nothing: a template may do most of it. Next: ratchet_generate_from_template.",
	Omits:  []string{"templates.tags", "templates.parameters", "total_count", "categories"},
	Effect: registry.Reads,
	Routes: []registry.Route{
		{Method: "GET", Path: "/templates", Field: "templates"},
		{Method: "GET", Path: "/templates/{template}", Field: "template", Set: json.RawMessage(`{"detailed":true}`), One: true, Doc: "One template, with its code"},
	},
	Examples: []registry.Example{{Title: "Templates that call an API", Args: json.RawMessage(`{"category":"api"}`)}},
}, listTemplates)

func listTemplates(_ context.Context, _ *registry.Deps, in ListTemplatesIn) (ListTemplatesOut, error) {
	var only templates.Template
	if in.Template != "" {
		var err error
		if only, err = templates.Get(in.Template); err != nil {
			return ListTemplatesOut{}, ratchet.AsError(err).At("/template")
		}
	}
	out := ListTemplatesOut{Templates: []TemplateItem{}, Categories: []string{}}
	for _, t := range templates.List() {
		if !slices.Contains(out.Categories, t.Category) {
			out.Categories = append(out.Categories, t.Category)
		}
		if (in.Category == "" || in.Category == t.Category) && (in.Template == "" || only.Name == t.Name) {
			out.Templates = append(out.Templates, templateItem(t, in.Detailed))
		}
	}
	slices.Sort(out.Categories)
	if in.Category != "" && len(out.Templates) == 0 {
		e := ratchet.Errorf(ratchet.CodeInvalid, "there is no template category %q", in.Category).
			At("/category").With(ratchet.FieldAllowed, out.Categories).WithHint("leave category out to see all templates")
		if near := schema.Nearest(in.Category, out.Categories); near != "" {
			e.With(ratchet.FieldNearest, near)
		}
		return ListTemplatesOut{}, e
	}
	out.TotalCount = len(out.Templates)
	return out, nil
}

func templateItem(t templates.Template, detailed bool) TemplateItem {
	item := TemplateItem{
		Name: t.Name, Description: t.Description, Category: t.Category, Tags: append([]string{}, t.Tags...),
		RequiredParameters: []string{}, OptionalParameters: []string{}, Parameters: map[string]TemplateParameter{},
	}
	for _, p := range t.Parameters {
		shown := TemplateParameter{Type: p.Type, Description: p.Description, Enum: p.Enum}
		if p.Default != nil {
			shown.Default = p.Default
		}
		item.Parameters[p.Name] = shown
		if p.Required {
			item.RequiredParameters = append(item.RequiredParameters, p.Name)
		} else {
			item.OptionalParameters = append(item.OptionalParameters, p.Name)
		}
	}
	if detailed {
		item.Code = t.Code()
	}
	return item
}
