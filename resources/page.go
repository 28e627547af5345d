package resources

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"ratchet"
	"ratchet/schema"
	"ratchet/templates"
)

//go:embed docs/tasks.md
var pageTasks string

// pages lists the documentation: name, title and what makes the text.
func pages() []struct {
	name, title string
	text        func(context.Context, Source) string
} {
	return []struct {
		name, title string
		text        func(context.Context, Source) string
	}{
		{"errors", "Error codes", pageErrors},
		{"tasks", "Writing a task", func(context.Context, Source) string { return pageTasks }},
		{"tools", "The tools of this server", pageTools},
	}
}

func readPage(ctx context.Context, s Source, a address) (Document, error) {
	var names []string
	for _, p := range pages() {
		if p.name == a.name {
			return Document{Text: p.text(ctx, s)}, nil
		}
		names = append(names, p.name)
	}
	e := ratchet.Errorf(ratchet.CodeNotFound, "there is no page %q", a.name).With(ratchet.FieldAllowed, names).
		WithHint("the pages are %s", strings.Join(names, ", "))
	if nearest := schema.Nearest(a.name, names); nearest != "" {
		e.With(ratchet.FieldNearest, nearest)
	}
	return Document{}, e
}

func pageErrors(context.Context, Source) string {
	var out strings.Builder
	out.WriteString("# Error codes\n\n| code | error_type | HTTP | exit code | retryable |\n|---|---|---|---|---|\n")
	for _, c := range ratchet.Codes() {
		fmt.Fprintf(&out, "| %s (%s) | %s | %d | %d | %t |\n", c.Wire(), c, c.ErrorType(), c.HTTPStatus(), c.ExitCode(), c.Retryable())
	}
	return out.String()
}

func pageTools(ctx context.Context, s Source) string {
	var out strings.Builder
	out.WriteString("# Tools\n")
	if s.Tools == nil {
		return out.String()
	}
	for _, t := range s.Tools.List() {
		if s.may(ctx, t.Name) != nil {
			continue
		}
		fmt.Fprintf(&out, "\n## %s\n\n%s\n\nToolset %s, effect %s.\n", t.Name, t.Doc, t.Toolset, t.Effect)
	}
	return out.String()
}

// templateView is a template as JSON.
type templateView struct {
	Name        string                `json:"name"`
	Category    string                `json:"category"`
	Description string                `json:"description"`
	Tags        []string              `json:"tags,omitempty"`
	Parameters  []templates.Parameter `json:"parameters"`
	Code        string                `json:"code"`
}

func readTemplate(_ context.Context, _ Source, a address) (Document, error) {
	t, err := templates.Get(a.name)
	if err != nil {
		return Document{}, err
	}
	return asJSON(templateView{t.Name, t.Category, t.Description, t.Tags, t.Parameters, t.Code()})
}
