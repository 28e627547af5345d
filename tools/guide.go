package tools

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
)

// GuideIn are the arguments of the three guides.
type GuideIn struct {
	Section string `json:"section,omitempty" jsonschema_description:"title of one section, or a word of it; all when absent" shown:"title"`
}

// section is one part of a guide.
type section struct{ title, text string }

// render makes a guide of sections, or of one of them. A guide over the result
// cap is its list of contents.
func render(d *registry.Deps, page, title string, sections []section, want string) (registry.Markdown, error) {
	meta := map[string]any{"document_type": "markdown", "source_file": page, "tool_count": len(d.Tools.List())}
	titles := make([]string, len(sections))
	for i, s := range sections {
		titles[i] = s.title
	}
	if want != "" {
		i := sectionIndex(titles, want)
		if i < 0 {
			e := ratchet.Errorf(ratchet.CodeNotFound, "the guide has no section %q", want).
				At("/section").With(ratchet.FieldAllowed, titles).WithHint("leave section out for the whole guide")
			if near := schema.Nearest(want, titles); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
			return registry.Markdown{}, e
		}
		return registry.Markdown{Text: fmt.Sprintf("## %s\n\n%s\n", titles[i], sections[i].text), Meta: meta}, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", title)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", s.title, s.text)
	}
	limit := d.Settings.ResultLimit()
	if limit <= 0 {
		limit = registry.DefaultResultBytes
	}
	if b.Len() <= limit {
		return registry.Markdown{Text: b.String(), Meta: meta}, nil
	}
	b.Reset()
	fmt.Fprintf(&b, "# %s\n\nThe whole guide is too long for one result. Call again with one `section`:\n\n", title)
	for _, t := range titles {
		fmt.Fprintf(&b, "- `%s`: ratchet://docs/%s?section=%s\n", t, page, url.QueryEscape(t))
	}
	return registry.Markdown{Text: b.String(), Meta: meta}, nil
}

// sectionIndex finds a title, or the only one that has want in it: debug for
// "Debug a run".
func sectionIndex(titles []string, want string) int {
	if i := slices.IndexFunc(titles, func(t string) bool { return strings.EqualFold(t, want) }); i >= 0 {
		return i
	}
	has := func(t string) bool { return strings.Contains(strings.ToLower(t), strings.ToLower(want)) }
	i := slices.IndexFunc(titles, has)
	if i < 0 || slices.ContainsFunc(titles[i+1:], has) {
		return -1
	}
	return i
}

// codeBlock is JSON, indented, as a fenced block.
func codeBlock(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		b.Write(raw)
	}
	return "```json\n" + b.String() + "\n```"
}

// toolSection documents one tool from its definition.
func toolSection(t registry.Tool) section {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nEffect: %s. Toolset: %s. Category: %s.\n", t.Doc, t.Effect, t.Toolset, t.Category)
	fmt.Fprintf(&b, "\nREST: `POST /api/v1/tools/%s`", t.Name)
	for _, r := range t.Routes {
		if r.Method == "" {
			continue
		}
		fmt.Fprintf(&b, ", `%s /api/v1%s`", r.Method, r.Path)
	}
	b.WriteString("\n")
	if fields := slices.Clone(t.Args().Fields); len(fields) > 0 {
		b.WriteString("\n| Argument | Type | Required | Default | Meaning |\n|---|---|---|---|---|\n")
		slices.SortFunc(fields, func(x, y *schema.Field) int { return strings.Compare(x.Name, y.Name) })
		for _, f := range fields {
			b.WriteString(argumentRow(f))
		}
	}
	for _, ex := range t.Examples {
		fmt.Fprintf(&b, "\n%s:\n\n%s\n", ex.Title, codeBlock(ex.Args))
	}
	return section{title: t.Name, text: strings.TrimRight(b.String(), "\n")}
}

func argumentRow(f *schema.Field) string {
	kind, need, preset := cmp.Or(f.Type.Kind, "any"), "", ""
	if len(f.Type.Enum) > 0 {
		kind = strings.Join(f.Type.Enum, " / ")
	}
	if f.Required {
		need = "yes"
	}
	if f.Type.Default != nil {
		preset = strings.Trim(string(f.Type.Default), `"`)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.Name, kind, need, preset, strings.ReplaceAll(f.Type.Description, "|", "\\|"))
}
