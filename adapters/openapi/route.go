package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ratchet/casing"
	"ratchet/schema"
	"ratchet/tools"
)

var variable = regexp.MustCompile(`\{(\w+)\}`)

// camelPath is a path with its variables in camelCase.
func camelPath(path string) string {
	return variable.ReplaceAllStringFunc(path, casing.Camel)
}

// route describes a further route of a tool.
func (b *builder) route(t tools.Tool, r tools.Route) (*operation, error) {
	args := t.Args()
	op := &operation{
		Tags: []string{resource(r.Path)}, Summary: t.Title, Description: t.Doc, OperationID: routeID(r), Tool: t.Name, Responses: newOrdered[response](),
	}
	if r.Doc != "" {
		op.Summary = strings.TrimSuffix(r.Doc, ".")
	}
	var elsewhere []string
	for _, name := range r.Variables() {
		f := args.Field(name)
		if f == nil {
			return nil, fmt.Errorf("the tool has no argument %s", name)
		}
		elsewhere = append(elsewhere, name)
		op.Parameters = append(op.Parameters, parameter{
			Name: f.Camel, In: "path", Required: true, Description: f.Type.Description, Schema: argument(t, name),
		})
	}
	for name := range fixed(r.Set) {
		elsewhere = append(elsewhere, name)
	}
	list := t.Answer(r).List
	switch r.Method {
	case http.MethodGet, http.MethodDelete:
		if list {
			op.Parameters = append(op.Parameters, listParameters(t)...)
			elsewhere = append(elsewhere, listArguments()...)
		}
		if !r.One {
			op.Parameters = append(op.Parameters, query(t, elsewhere)...)
		}
	default:
		if len(args.Fields) > len(elsewhere) {
			op.RequestBody = b.argumentsBody(t, b.rest(t, r, elsewhere), elsewhere)
		}
	}
	data := output(t)
	if list || r.One {
		item, err := items(t)
		if err != nil {
			return nil, err
		}
		if data = item; list {
			data = json.RawMessage(`{"type":"array","items":` + string(item) + `}`)
		}
	}
	b.answers(op, t, r, data)
	return op, nil
}

// rest is the schema of the arguments that are not given elsewhere.
func (b *builder) rest(t tools.Tool, r tools.Route, elsewhere []string) json.RawMessage {
	if len(elsewhere) == 0 {
		return ref(typeName(t) + "Input")
	}
	properties := slices.DeleteFunc(schema.Properties(t.In), func(p schema.Property) bool { return slices.Contains(elsewhere, p.Name) })
	var required []string
	for _, p := range properties {
		if t.Args().Field(p.Name).Required {
			required = append(required, p.Name)
		}
	}
	name := casing.Pascal(routeID(r)) + "Body"
	b.doc.Components.Schemas.Set(name, spelled(schema.Object(properties, required)))
	return ref(name)
}

// argument is the schema of one argument as the surface spells it.
func argument(t tools.Tool, name string) json.RawMessage {
	for _, p := range schema.Properties(t.In) {
		if p.Name == name {
			return spelled(p.Schema)
		}
	}
	return nil
}

// query are the arguments of a tool as parameters of the query.
func query(t tools.Tool, elsewhere []string) []parameter {
	var list []parameter
	for _, f := range t.Args().Fields {
		if slices.Contains(elsewhere, f.Name) {
			continue
		}
		p := parameter{Name: f.Camel, In: "query", Required: f.Required, Description: f.Type.Description, Schema: argument(t, f.Name)}
		if f.Type.Kind == "array" {
			off := false
			p.Style, p.Explode = "form", &off
		}
		list = append(list, p)
	}
	return list
}

func fixed(set json.RawMessage) map[string]json.RawMessage {
	var values map[string]json.RawMessage
	_ = json.Unmarshal(set, &values) // nil fixes nothing
	return values
}

// items is the schema of an item of a tool that answers a list.
func items(t tools.Tool) (json.RawMessage, error) {
	rows := t.Result().Rows()
	if rows == nil {
		return nil, fmt.Errorf("the result holds no list")
	}
	for _, p := range schema.Properties(t.Out) {
		if p.Name == rows.Name {
			return spelled(schema.Items(p.Schema)), nil
		}
	}
	return nil, fmt.Errorf("the result holds no %s", rows.Name)
}

// resource is the tag of a path: its first part, e.g. Tasks, API keys.
func resource(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name := strings.ReplaceAll(first, "-", " ")
	switch name {
	case "":
		return "Server"
	case "mcp", "api keys":
		return strings.ToUpper(name[:3]) + name[3:]
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// routeID names a route: getTasksByTaskId, postTasksByTaskIdExecute.
func routeID(r tools.Route) string {
	words := []string{strings.ToLower(r.Method)}
	for _, part := range strings.Split(r.Path, "/") {
		if m := variable.FindStringSubmatch(part); m != nil {
			part = "by_" + casing.Snake(m[1])
		}
		if part != "" {
			words = append(words, strings.ReplaceAll(part, "-", "_"))
		}
	}
	return casing.Camel(strings.Join(words, "_"))
}
