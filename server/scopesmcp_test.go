package server

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ratchet/resources"
	"ratchet/templates"
)

// filled is an address pattern without its query, about a task.
func (m *matrix) filled(pattern, task string) string {
	pattern, _, _ = strings.Cut(pattern, "{?")
	uri := strings.NewReplacer("{name}", task, "{id}", m.ids[task], "{page}", "tools").Replace(pattern)
	return strings.Replace(uri, "templates/"+task, "templates/"+templates.List()[0].Name, 1)
}

func (m *matrix) resourceRows() {
	variables := regexp.MustCompile(`\{\??([a-z_,]+)\}`)
	for _, r := range resources.All() {
		pattern, _, _ := strings.Cut(r.Pattern, "{?")
		for _, task := range both() {
			uri := m.filled(r.Pattern, task)
			m.row("resource "+pattern+" of "+task, func(i int) string {
				return said(m.ask("resources/read", uri, fmt.Sprintf(`"uri":%q,`, uri), m.headers[i]))
			})
			for _, found := range variables.FindAllStringSubmatch(r.Pattern, -1) {
				for _, name := range strings.Split(found[1], ",") {
					m.completion(fmt.Sprintf(`"type":"ref/resource","uri":%q`, r.Pattern), r.Name, name, task)
				}
			}
		}
		m.row("resource template "+r.Name, func(i int) string {
			return listed(m.ask("resources/templates/list", "", "", m.headers[i]), `"`+r.Name+`"`)
		})
	}
	for _, task := range both() {
		m.row("list of resources names "+task, func(i int) string {
			return listed(m.ask("resources/list", "", "", m.headers[i]), task)
		})
	}
}

func (m *matrix) promptRows() {
	for _, p := range m.s.mcp.Prompts() {
		m.row("prompt "+p.Name+" listed", func(i int) string {
			return listed(m.ask("prompts/list", "", "", m.headers[i]), `"`+p.Name+`"`)
		})
		for _, task := range both() {
			args := map[string]string{}
			for _, a := range p.Arguments {
				if a.Required {
					args[a.Name] = map[string]string{"task_id": task, "execution_id": m.ids[task], "goal": "g"}[a.Name]
				}
			}
			raw, _ := json.Marshal(args)
			m.row("prompt "+p.Name+" of "+task, func(i int) string {
				return said(m.ask("prompts/get", p.Name, fmt.Sprintf(`"name":%q,"arguments":%s,`, p.Name, raw), m.headers[i]))
			})
			for _, a := range p.Arguments {
				m.completion(fmt.Sprintf(`"type":"ref/prompt","name":%q`, p.Name), p.Name, a.Name, task)
			}
		}
	}
}

// completion asks for what begins as the thing of a task does.
func (m *matrix) completion(ref, of, argument, task string) {
	want := map[string]string{
		"task_id": task, "name": task, "version": "1.0.0", "execution_id": m.ids[task], "id": m.ids[task],
		"page": "tools", "level": "warn", "language": "typescript",
	}[argument]
	if of == "template" {
		want = templates.List()[0].Name
	}
	m.row("completion of "+argument+" in "+of+" to "+task, func(i int) string {
		if want == "" {
			want = "x" // free text: nothing is suggested
		}
		known := fmt.Sprintf(`"context":{"arguments":{"name":%q,"task_id":%q}},`, task, task)
		begin := want[:min(3, len(want))]
		return listed(m.ask("completion/complete", "", fmt.Sprintf(`"ref":{%s},"argument":{"name":%q,"value":%q},%s`, ref, argument, begin, known), m.headers[i]), `"`+want+`"`)
	})
}
