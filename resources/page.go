package resources

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ratchet"
	"ratchet/docs"
	"ratchet/schema"
	"ratchet/templates"
)

// page is one page of the documentation.
type page struct {
	name, title string
	tool        string                               // that says the same; empty = none
	text        func(context.Context, Source) string // nil = what tool says
}

// pages lists the documentation.
func pages() []page {
	return []page{
		{"effects", "Requests that must not be made twice", "", written("effects")},
		{"endpoint-reference", "Endpoint reference", ratchet.ToolGetDeveloperEndpointReference, nil},
		{"errors", "Errors", "", written("errors")},
		{"integration-guide", "Integration guide", ratchet.ToolGetDeveloperIntegrationGuide, nil},
		{"javascript", "JavaScript in tasks", "", written("javascript")},
		{"secrets", "Secrets", "", written("secrets")},
		{"tasks", "Writing a task", "", written("tasks")},
		{"tools", "The tools of this server", "", pageTools},
		{"walkthrough", "Walkthrough", ratchet.ToolGetDeveloperGuideWalkthrough, nil},
	}
}

// pagesFor are the pages that the caller may read.
func (s Source) pagesFor(ctx context.Context) []page {
	return slices.DeleteFunc(pages(), func(p page) bool {
		return p.tool != "" && (s.Guide == nil || s.Tools == nil || !slices.Contains(s.Tools.Names(), p.tool) || s.may(ctx, p.tool) != nil)
	})
}

func readPage(ctx context.Context, s Source, a address) (Document, error) {
	var names []string
	for _, p := range s.pagesFor(ctx) {
		if p.name == a.name {
			return s.page(ctx, p, a)
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

func (s Source) page(ctx context.Context, p page, a address) (doc Document, err error) {
	if p.text != nil {
		doc.Text = p.text(ctx, s)
	} else if doc.Text, err = s.Guide(ctx, p.tool); err != nil {
		return Document{}, err
	}
	if a.query.Has("section") {
		doc.Text, err = sectionOf(p.name, doc.Text, a.query.Get("section"))
	}
	return doc, err
}

// sectionOf is the part of a page below a heading of the second level.
func sectionOf(name, text, want string) (string, error) {
	const heading = "\n## "
	var titles []string
	for _, part := range strings.Split(text, heading)[1:] {
		title, _, _ := strings.Cut(part, "\n")
		if strings.EqualFold(title, want) {
			return "## " + strings.TrimRight(part, "\n") + "\n", nil
		}
		titles = append(titles, title)
	}
	e := ratchet.Errorf(ratchet.CodeNotFound, "the page %s has no section %q", name, clip(want)).
		With(ratchet.FieldAllowed, titles).At("/uri").WithHint("leave section out for the whole page")
	if nearest := schema.Nearest(want, titles); nearest != "" {
		e.With(ratchet.FieldNearest, nearest)
	}
	return "", e
}

// written is a page that package docs has.
func written(name string) func(context.Context, Source) string {
	return func(context.Context, Source) string { return docs.Page(name) }
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
