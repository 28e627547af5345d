package resources

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// SkillPattern is the form of the addresses of skills' files.
const SkillPattern = "skill://{skill}/{+file}"

// skillFile is the file of a skill that is read first.
const skillFile = "SKILL.md"

// Skill is a guide in the form that agents load: a folder whose SKILL.md begins
// with the skill's name and description.
type Skill struct {
	Name, Description string
	Files             []Document // all of them, SKILL.md first
}

// URI is the address of the skill's SKILL.md.
func (k Skill) URI() string { return skillURI(k.Name, skillFile) }

func skillURI(skill, file string) string { return "skill://" + skill + "/" + file }

// guide is a skill as it is made: of pages of the documentation.
type guide struct {
	name, description string
	page              string            // SKILL.md; without it there is no skill
	references        map[string]string // page by file, where the caller may read it
}

func guides() []guide {
	errors := map[string]string{"references/errors.md": "errors"}
	return []guide{
		{
			"ratchet-integration",
			"Connect a program to this Ratchet server: surfaces, authentication, how to wait for runs. Use it before you write code that calls the server over REST, GraphQL or MCP.",
			"integration-guide",
			map[string]string{"references/endpoints.md": "endpoint-reference", "references/errors.md": "errors"},
		},
		{
			"ratchet-tasks",
			"Write a JavaScript or TypeScript task for Ratchet: entry point, context, schemas, requests, secrets, tests and mocks. Use it before you create or edit a task.",
			"tasks", errors,
		},
		{
			"ratchet-walkthrough",
			"Go from a template to a tested, executed and debugged task in ready calls. Use it when Ratchet is new to you.",
			"walkthrough", errors,
		},
	}
}

// Skills are those that the caller may read, by name.
func (s Source) Skills(ctx context.Context) ([]Skill, error) {
	var list []Skill
	for _, g := range s.guidesFor(ctx) {
		k, err := s.skill(ctx, g)
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, nil
}

// Skill is the one whose SKILL.md has this address.
func (s Source) Skill(ctx context.Context, uri string) (Skill, error) {
	var known []string
	for _, g := range s.guidesFor(ctx) {
		at := skillURI(g.name, skillFile)
		if at == uri {
			return s.skill(ctx, g)
		}
		known = append(known, at)
	}
	return Skill{}, unknownSkill("skill", uri, known)
}

// readSkill reads a file of a skill.
func (s Source) readSkill(ctx context.Context, uri string) (Document, error) {
	var known []string
	for _, g := range s.guidesFor(ctx) {
		if !strings.HasPrefix(uri, skillURI(g.name, "")) {
			known = append(known, skillURI(g.name, skillFile))
			continue
		}
		k, err := s.skill(ctx, g)
		if err != nil {
			return Document{}, err
		}
		for _, f := range k.Files {
			if f.URI == uri {
				return f, nil
			}
			known = append(known, f.URI)
		}
	}
	return Document{}, unknownSkill("file of a skill", uri, known)
}

func unknownSkill(what, uri string, known []string) error {
	e := ratchet.Errorf(ratchet.CodeNotFound, "there is no %s %s", what, clip(uri)).At("/uri").
		With(ratchet.FieldAllowed, known).WithHint("skills/list names all skills with their files")
	if nearest := schema.Nearest(uri, known); nearest != "" {
		e.With(ratchet.FieldNearest, nearest)
	}
	return e
}

// guidesFor are the guides that the caller may read.
func (s Source) guidesFor(ctx context.Context) []guide {
	pages := map[string]bool{}
	for _, p := range s.pagesFor(ctx) {
		pages[p.name] = true
	}
	list := slices.DeleteFunc(guides(), func(g guide) bool { return !pages[g.page] })
	for i, g := range list {
		kept := map[string]string{}
		for file, page := range g.references {
			if pages[page] {
				kept[file] = page
			}
		}
		list[i].references = kept
	}
	return list
}

func (s Source) skill(ctx context.Context, g guide) (Skill, error) {
	k := Skill{Name: g.name, Description: g.description}
	text, err := s.pageText(ctx, g.page)
	if err != nil {
		return k, err
	}
	var files []string
	for file := range g.references {
		files = append(files, file)
	}
	slices.Sort(files)
	k.Files = []Document{{URI: k.URI(), MIMEType: typeMarkdown}}
	for _, file := range files {
		more, err := s.pageText(ctx, g.references[file])
		if err != nil {
			return k, err
		}
		k.Files = append(k.Files, Document{URI: skillURI(g.name, file), MIMEType: typeMarkdown, Text: more})
	}
	k.Files[0].Text = k.frontmatter() + text + further(files)
	return k, nil
}

// frontmatter is the head of SKILL.md. JSON's strings are YAML's too.
func (k Skill) frontmatter() string {
	description, _ := json.Marshal(k.Description) // a string always can be
	return "---\nname: " + k.Name + "\ndescription: " + string(description) + "\n---\n\n"
}

// further names a skill's other files where its text ends.
func further(files []string) string {
	if len(files) == 0 {
		return ""
	}
	out := "\n## Further files of this skill\n\n"
	for _, file := range files {
		out += "- [" + file + "](" + file + ")\n"
	}
	return out
}

// pageText is the text of a page that the caller may read.
func (s Source) pageText(ctx context.Context, name string) (string, error) {
	doc, err := readPage(ctx, s, address{kind: "docs", name: name})
	return doc.Text, err
}
